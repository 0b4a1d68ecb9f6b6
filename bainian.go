// Package bainian embeds what the program ships with: courses, quizzes and static files. It stands at the top
// of the repository because an embed cannot reach above its own folder.
package bainian

import "embed"

// Files holds content/, quizzes/ and static/.
//
//go:embed all:content all:quizzes all:static
var Files embed.FS
