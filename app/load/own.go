package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/server"
)

// The program starts itself again as the processes that it measures, so that their memory and their garbage are
// theirs alone.
const (
	childServe = "serve" // the server, with its command line
	childBare  = "bare"  // a Fiber handler that does nothing
)

func childOf(args []string) (func() int, bool) {
	if len(args) < 2 {
		return nil, false
	}
	switch args[1] {
	case childServe:
		return func() int { return serve(args[1:]) }, true
	case childBare:
		return bare, true
	}
	return nil, false
}

// profileTo names the file of the child's CPU profile; it is not the server's to know.
const profileTo = "LOAD_PROFILE"

func serve(args []string) int {
	ctx, stop := signalled()
	defer stop()
	if path := os.Getenv(profileTo); path != "" {
		f, err := os.Create(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
			return exitUsage
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
			return exitUsage
		}
		defer pprof.StopCPUProfile()
	}
	return server.Run(ctx, args, os.Environ(), os.Stdout, os.Stderr)
}

// bare listens like the server and answers every request at once with a reply of a save's size.
func bare() int {
	ctx, stop := signalled()
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		return exitUsage
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Put("/*", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.SendString(`{"seq":1,"hash":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","saved_at":1789000000000,"saved_clock":"12:00","answered":1,"total":40,"late":false}`)
	})
	if err := json.NewEncoder(os.Stdout).Encode(announced{URL: "http://" + listener.Addr().String()}); err != nil {
		return exitUsage
	}
	go func() { <-ctx.Done(); _ = app.Shutdown() }()
	if err := app.Listener(listener); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		return exitLost
	}
	return exitKept
}

func signalled() (context.Context, func()) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// announced is what a child says once it listens.
type announced struct {
	URL        string `json:"url"`
	Rehearsals string `json:"rehearsals"`
}

// child is one of those processes.
type child struct {
	cmd   *exec.Cmd
	said  announced
	ended chan error
}

func spawn(say io.Writer, environ []string, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, args...), ended: make(chan error, 1)}
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), environ...), say
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt of the simulator is not the server's
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.said)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not start: %w", args[0], err), c.stop())
	}
	return c, nil
}

// stop ends the process as its keeper would, and waits for it.
func (c *child) stop() error {
	if c.cmd.ProcessState != nil {
		return nil
	}
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	go func() { c.ended <- c.cmd.Wait() }()
	select {
	case err := <-c.ended:
		return err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("the server does not stop"), c.cmd.Process.Kill(), <-c.ended)
	}
}

// ownServer is a furnished server for one run.
type ownServer struct {
	*child
	url, token string
	folder     string // to remove afterwards
	last       *usage
	before     time.Duration // its processor time when it was ready
}

func startOwn(ctx context.Context, p plan, say io.Writer) (*ownServer, error) {
	o := &ownServer{}
	data := p.data
	if data == "" {
		var err error
		if data, err = os.MkdirTemp("", "bainian-load-"); err != nil {
			return nil, err
		}
		o.folder = data
	}
	args := []string{childServe, "-demo", "-json", "-addr", "127.0.0.1:0", "-data", data}
	if p.db != "" {
		args = append(args, "-db", p.db)
	}
	err := error(nil)
	if p.fill > 0 {
		err = fill(ctx, p.serverConfig(data), p.fill, say)
	}
	if err == nil {
		var environ []string
		if p.profile != "" {
			environ = append(environ, profileTo+"="+p.profile)
		}
		o.child, err = spawn(quiet(say), environ, args...)
	}
	if err != nil {
		return nil, errors.Join(err, o.end())
	}
	o.url, o.token = o.said.URL, o.said.Rehearsals
	o.before = o.processorTime()
	fmt.Fprintf(say, "load: a server of its own on %s\n", o.url)
	return o, nil
}

// serverConfig is that of a server on the folder.
func (p plan) serverConfig(data string) server.Config {
	c := server.Config{DB: p.db, Key: filepath.Join(data, "signing.key"), Blobs: filepath.Join(data, "blobs"), Zone: "Asia/Taipei", URL: "http://localhost"}
	if c.DB == "" {
		c.DB = "sqlite:" + filepath.Join(data, "bainian.db")
	}
	return c
}

// quiet passes on what a server says except the links that nobody will follow.
func quiet(say io.Writer) io.Writer {
	r, w := io.Pipe()
	go func() {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			if text := lines.Text(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") || strings.HasPrefix(text, "bainian:") {
				fmt.Fprintln(say, text)
			}
		}
		_, _ = io.Copy(io.Discard, r)
	}()
	return w
}

// halt stops the process and remembers what it has used.
func (o *ownServer) halt() error {
	if o.child == nil {
		return nil
	}
	o.usage()
	return o.stop()
}

// end stops the server, if it still runs, and removes what it leaves.
func (o *ownServer) end() error {
	err := o.halt()
	if o.folder != "" {
		err = errors.Join(err, os.RemoveAll(o.folder))
	}
	return err
}

// usage is what the server's process has used: of memory at most and now, and of the processor since it was ready.
type usage struct {
	PeakMB   float64 `json:"peak_mb"`
	MemoryMB float64 `json:"memory_mb"`
	CPU      float64 `json:"cpu_s"`
}

func (o *ownServer) usage() *usage {
	if o.last != nil {
		return o.last
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", o.cmd.Process.Pid))
	if err != nil {
		return nil // not on this system
	}
	kb := func(name string) float64 {
		n, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(between(status, name+":", '\n'), "kB")), 64)
		return n / 1024
	}
	o.last = &usage{PeakMB: kb("VmHWM"), MemoryMB: kb("VmRSS"), CPU: (o.processorTime() - o.before).Seconds()}
	return o.last
}

// processorTime is fields 14 and 15 of /proc/<pid>/stat, in hundredths of a second.
func (o *ownServer) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", o.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
