package main

import (
	"context"
	"io"

	"bainian/app/server"
)

func fill(ctx context.Context, c server.Config, n int, say io.Writer) error { return nil }
