package server

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the company's zone must be known on any machine
)

// Config is everything that can be chosen about a running program. Each field is a flag and, in capitals
// after BAINIAN_, an environment variable; the flag wins.
type Config struct {
	Addr  string // host:port to listen on
	Data  string // folder of the database, the signing key and the uploaded files
	DB    string // sqlite:<path> or postgres://…; empty: sqlite in Data
	Root  string // folder that holds content, quizzes and static; empty: those in the binary
	URL   string // the public base: scheme://host[:port]; empty: http://Addr
	Zone  string // time zone of the company and its business day
	Key   string // file of the signing key; empty: signing.key in Data
	Blobs string // folder of what people hand in; empty: blobs in Data
	// Snapshot is the file that the gate is written to for an outage; empty: gate.snapshot in Data; "none": no file
	Snapshot string

	Witness       string // public keys of witnesses, by commas, or a file of them
	SMTP          string // smtp://[user:password@]host[:port]?from=address or smtps://…; empty: no mail leaves
	RootsTo       string // address that the root of each day is mailed to
	Webhook       string // URL that events are posted to; empty: none are
	WebhookSecret string // that they are signed with

	CRM             string // salesforce:FILE, the CRM that is kept in line with the gate; empty: none is
	WebhookNetworks string // private networks that webhooks of admins may reach, by commas

	Demo bool // furnish a demonstration company
	JSON bool // with Demo: print one line of JSON on standard output once listening
}

// setting is one field with its names and what it is for.
type setting struct {
	name, usage string
	text        *string
	flag        *bool
	secret      bool // may also be given as a file: BAINIAN_<NAME>_FILE
}

func (c *Config) settings() []setting {
	return []setting{
		{name: "addr", text: &c.Addr, usage: "host:port to listen on"},
		{name: "data", text: &c.Data, usage: "folder of the database, the signing key and the uploaded files"},
		{name: "db", text: &c.DB, usage: "database: sqlite:<path> or postgres://… (default sqlite:<data>/bainian.db)", secret: true},
		{name: "root", text: &c.Root, usage: "serve content, quizzes and static from this folder instead of from the binary"},
		{name: "url", text: &c.URL, usage: "public base URL, for Origin checks and links (default http://<addr>)"},
		{name: "zone", text: &c.Zone, usage: "time zone of the company"},
		{name: "key", text: &c.Key, usage: "file of the signing key (default <data>/signing.key)", secret: true},
		{name: "blobs", text: &c.Blobs, usage: "folder of uploaded and recorded files (default <data>/blobs)"},
		{name: "snapshot", text: &c.Snapshot, usage: "file of the gate's snapshot for an outage, written every 5 minutes (default <data>/gate.snapshot), or none"},
		{name: "witness", text: &c.Witness, usage: "public keys of witnesses that may cosign checkpoints, separated by commas, or a file of them"},
		{name: "smtp", text: &c.SMTP, usage: "mail server: smtp://[user:password@]host[:port]?from=address, or smtps://…", secret: true},
		{name: "roots-to", text: &c.RootsTo, usage: "address that the ledger's root of each day is mailed to"},
		{name: "webhook", text: &c.Webhook, usage: "URL that events are posted to, signed as Standard Webhooks asks"},
		{name: "webhook-secret", text: &c.WebhookSecret, usage: "secret of the webhook: whsec_ and base64", secret: true},
		{name: "webhook-networks", text: &c.WebhookNetworks, usage: "private networks that the webhooks of admins may reach, such as 10.1.0.0/16, by commas (default none)"},
		{name: "crm", text: &c.CRM, usage: "CRM to keep in line with the gate: salesforce:FILE with its configuration in JSON"},
		{name: "demo", flag: &c.Demo, usage: "furnish a demonstration company, in a fresh temporary folder unless -data is given"},
	}
}

// errUsage is a command line or environment that cannot be understood: exit status 2.
var errUsage = errors.New("usage")

// parseConfig reads the environment, then the flags. Every unknown name is refused: a misspelt setting that is
// silently ignored has cost people their sign-in. rest are the arguments after the flags.
func parseConfig(command string, args, environ []string, out io.Writer, more func(*flag.FlagSet)) (c Config, rest []string, err error) {
	c = Config{Addr: "localhost:8080", Data: "data", Zone: "Asia/Taipei"}
	dataGiven, err := c.fromEnvironment(environ)
	if err != nil {
		return c, nil, err
	}
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(out)
	for _, s := range c.settings() {
		if s.flag != nil {
			flags.BoolVar(s.flag, s.name, *s.flag, s.usage)
		} else {
			flags.StringVar(s.text, s.name, *s.text, s.usage)
		}
	}
	if more != nil {
		more(flags)
	}
	rest, err = parseAnywhere(flags, args)
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return c, nil, err
		}
		return c, nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	flags.Visit(func(f *flag.Flag) { dataGiven = dataGiven || f.Name == "data" })
	if c.Demo && !dataGiven {
		if c.Data, err = os.MkdirTemp("", "bainian-demo-"); err != nil {
			return c, nil, err
		}
	}
	return c, rest, c.complete()
}

// parseAnywhere lets flags stand before, between and after the other arguments.
func parseAnywhere(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		args = flags.Args()
		if len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

const envPrefix = "BAINIAN_"

func (c *Config) fromEnvironment(environ []string) (dataGiven bool, err error) {
	var unknown []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		key, ours := strings.CutPrefix(name, envPrefix)
		if !ours || strings.HasPrefix(key, "TEST_") {
			continue
		}
		known := false
		for _, s := range c.settings() {
			upper := strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
			switch {
			case key == upper && s.flag != nil:
				known = true
				*s.flag = value == "1" || value == "true"
				if !slices.Contains([]string{"", "0", "1", "true", "false"}, value) {
					return false, fmt.Errorf("%w: %s must be true or false, not %q", errUsage, name, value)
				}
			case key == upper:
				known = true
				*s.text = value
				dataGiven = dataGiven || s.name == "data"
			case s.secret && key == upper+"_FILE" && s.name == "key":
				known = true
				*s.text = value
			case s.secret && key == upper+"_FILE":
				known = true
				content, err := os.ReadFile(value)
				if err != nil {
					return false, fmt.Errorf("%w: %s: %w", errUsage, name, err)
				}
				*s.text = strings.TrimSpace(string(content))
			}
		}
		if !known {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return false, fmt.Errorf("%w: unknown environment variable %s", errUsage, strings.Join(unknown, ", "))
	}
	return dataGiven, nil
}

// complete fills what follows from the rest and checks what can be checked before anything is opened.
func (c *Config) complete() error {
	if c.DB == "" {
		c.DB = "sqlite:" + filepath.Join(c.Data, "bainian.db")
	}
	if c.Key == "" {
		c.Key = filepath.Join(c.Data, "signing.key")
	}
	if c.Blobs == "" {
		c.Blobs = filepath.Join(c.Data, "blobs")
	}
	if c.Snapshot == "" {
		c.Snapshot = filepath.Join(c.Data, "gate.snapshot")
	}
	if c.Root != "" {
		if !isFolder(filepath.Join(c.Root, "content")) {
			return fmt.Errorf("%w: -root %q has no folder content", errUsage, c.Root)
		}
	}
	if c.URL != "" {
		if err := c.checkURL(); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(c.DB, "sqlite:") && !strings.HasPrefix(c.DB, "postgres://") && !strings.HasPrefix(c.DB, "postgresql://") {
		return fmt.Errorf("%w: -db must begin with sqlite: or postgres://", errUsage)
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return fmt.Errorf("%w: -zone: %w", errUsage, err)
	}
	return c.checkPost()
}

// checkURL keeps scheme and host of the public base; it has no more.
func (c *Config) checkURL() error {
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || strings.Trim(base.Path, "/") != "" {
		return fmt.Errorf("%w: -url %q is not a base such as https://training.example.com", errUsage, c.URL)
	}
	c.URL = base.Scheme + "://" + base.Host
	return nil
}

// reachedAt fills the public base from the address that is listened on: the host as it was given, the port as it
// came about.
func (c *Config) reachedAt(listening net.Addr) {
	if c.URL != "" {
		return
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || port == "0" || port == "" {
		_, port, _ = net.SplitHostPort(listening.String())
	}
	if host == "" {
		host = "localhost"
	}
	c.URL = "http://" + net.JoinHostPort(host, port)
}

func (c Config) location() *time.Location {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		panic(err) // complete has loaded it before
	}
	return zone
}
