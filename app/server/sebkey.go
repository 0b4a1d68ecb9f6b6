package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"bainian/app/exams/seb"
)

const sebKeyUsage = `usage: bainian seb-key [-json] [-password PASSWORD] FILE

Prints the Config Key of a Safe Exam Browser configuration: a .seb file (plain, or encrypted with a password that is
given) or a bare property list, XML or binary. FILE - is standard input.

Without -json the key stands on a line of its own, 64 hexadecimal digits. With -json the configuration is printed as
the text whose SHA-256 is the key, byte for byte: no line end follows it, so that "… -json FILE | sha256sum" agrees.

Exit status: 0 printed; 1 the file is no configuration, or is encrypted and cannot be opened; 2 the command line is
not understood, or the file cannot be read.

`

// sebKeyCommand prints the Config Key, or the SEB-JSON, of a configuration of Safe Exam Browser.
func sebKeyCommand(_ context.Context, p program) int {
	flags := flag.NewFlagSet("bainian "+p.name, flag.ContinueOnError)
	flags.SetOutput(p.err)
	asJSON := flags.Bool("json", false, "print the canonical SEB-JSON instead of its key")
	password := flags.String("password", "", "password of an encrypted file")
	flags.Usage = func() {
		fmt.Fprint(p.err, sebKeyUsage)
		flags.PrintDefaults()
	}
	files, err := parseAnywhere(flags, p.args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return p.fail(fmt.Errorf("%w: %w", errUsage, err), exitUsage)
	case len(files) != 1:
		return p.fail(fmt.Errorf("%w: seb-key takes one file, not %d", errUsage, len(files)), exitUsage)
	}
	data, err := contents(files[0])
	if err != nil {
		return p.fail(err, exitUsage)
	}
	config, err := seb.Read(data, *password)
	if errors.Is(err, seb.ErrPassword) {
		err = fmt.Errorf("%w: give it with -password", err)
	}
	if err != nil {
		return p.fail(fmt.Errorf("%s: %w", files[0], err), exitFailed)
	}
	if *asJSON {
		_, err = io.WriteString(p.out, seb.JSON(config))
	} else {
		_, err = fmt.Fprintln(p.out, seb.ConfigKey(config))
	}
	if err != nil {
		return p.fail(err, exitFailed)
	}
	return exitOK
}

// contents is what a file holds, or standard input for "-", and of a file that is larger than any configuration as much
// as shows that.
func contents(name string) ([]byte, error) {
	file := os.Stdin
	if name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return nil, err
		}
		defer file.Close()
	}
	return io.ReadAll(io.LimitReader(file, seb.MaxFile+1))
}
