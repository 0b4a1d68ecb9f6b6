package server

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLogNeverHasThePassword(t *testing.T) {
	for db, want := range map[string]string{
		"sqlite:data/bainian.db":                       "sqlite:data/bainian.db",
		"postgres://u:s3cret@h:5432/d?sslmode=disable": "postgres://u:xxxxx@h:5432/d",
		"postgres://h/d?user=u&password=s3cret":        "postgres://h/d",
		"postgres://u@h/d":                             "postgres://u@h/d",
		"postgres://u:s3cret%zz@h/d":                   "postgres://…",
	} {
		if got := redacted(db); got != want {
			t.Errorf("%s: %s", db, got)
		}
	}
}

func TestConfig(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "db")
	if err := os.WriteFile(secret, []byte("postgres://u:p@h/d\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	salesforce, misspelt := secret+".sf", secret+".misspelt"
	for file, text := range map[string]string{
		salesforce: `{"url": "https://example.my.salesforce.com", "client_id": "a", "client_secret": "b", "permission_set": "Leads"}`,
		misspelt:   `{"url": "https://example.my.salesforce.com", "client_id": "a", "client_secret": "b", "permision_set": "Leads"}`,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		args    []string
		env     []string
		check   func(Config) bool
		refused string
	}{
		{name: "defaults", check: func(c Config) bool {
			return c.Addr == "localhost:8080" && c.DB == "sqlite:"+filepath.Join("data", "bainian.db") && c.URL == "" && c.Zone == "Asia/Taipei"
		}},
		{name: "flag over variable", args: []string{"-addr", ":1"}, env: []string{"BAINIAN_ADDR=:2"}, check: func(c Config) bool { return c.Addr == ":1" }},
		{name: "secret from a file", env: []string{"BAINIAN_DB_FILE=" + secret}, check: func(c Config) bool { return c.DB == "postgres://u:p@h/d" }},
		{name: "test variables are not ours", env: []string{"BAINIAN_TEST_POSTGRES=x"}, check: func(c Config) bool { return true }},
		{name: "demo in a fresh folder", args: []string{"-demo"}, check: func(c Config) bool { return c.Demo && c.Data != "data" && os.Remove(c.Data) == nil }},
		{name: "demo on given data", args: []string{"-demo", "-data", "x"}, check: func(c Config) bool { return c.Data == "x" }},
		{name: "unknown flag", args: []string{"-adress", ":1"}, refused: "adress"},
		{name: "unknown variable", env: []string{"BAINIAN_ADRESS=:1"}, refused: "BAINIAN_ADRESS"},
		{name: "bad boolean", env: []string{"BAINIAN_DEMO=maybe"}, refused: "BAINIAN_DEMO"},
		{name: "bad zone", args: []string{"-zone", "Mars/Base"}, refused: "zone"},
		{name: "bad url", args: []string{"-url", "example.com"}, refused: "-url"},
		{name: "url with a path", args: []string{"-url", "https://a.b/c"}, refused: "-url"},
		{name: "root without content", args: []string{"-root", secret}, refused: "-root"},
		{name: "ways out", args: []string{"-smtp", "smtp://mail.example.com?from=a@example.com", "-roots-to", "audit@example.com", "-webhook", "https://example.com/in"},
			env: []string{"BAINIAN_WEBHOOK_SECRET=whsec_" + strings.Repeat("A", 32)}, check: func(c Config) bool { return c.RootsTo == "audit@example.com" && c.WebhookSecret != "" }},
		{name: "bad mail server", args: []string{"-smtp", "mail.example.com"}, refused: "-smtp"},
		{name: "a mail server without an address", args: []string{"-smtp", "smtp://u:s3cret@mail.example.com"}, refused: "from"},
		{name: "bad address", args: []string{"-roots-to", "nobody"}, refused: "-roots-to"},
		{name: "webhook without a secret", args: []string{"-webhook", "https://example.com/in"}, refused: "secret"},
		{name: "networks that are none", args: []string{"-webhook-networks", "10.0.0.1,crm"}, refused: "10.0.0.1"},
		{name: "networks", env: []string{"BAINIAN_WEBHOOK_NETWORKS=10.1.0.0/16, fd00:1::/32"}, check: func(c Config) bool { return c.WebhookNetworks != "" }},
		{name: "a CRM that nobody knows", args: []string{"-crm", "odoo:x.json"}, refused: "-crm"},
		{name: "a CRM without its file", args: []string{"-crm", "salesforce:" + secret + ".json"}, refused: ".json"},
		{name: "a CRM whose file is none", args: []string{"-crm", "salesforce:" + secret}, refused: "-crm"},
		{name: "a CRM", args: []string{"-crm", "salesforce:" + salesforce}, check: func(c Config) bool { return c.CRM != "" }},
		{name: "a CRM with a misspelt field", args: []string{"-crm", "salesforce:" + misspelt}, refused: "permision_set"},
		{name: "bad database", args: []string{"-db", "mysql://x"}, refused: "-db"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := parseConfig("serve", c.args, c.env, io.Discard, nil)
			switch {
			case c.refused == "" && err != nil:
				t.Fatal(err)
			case c.refused == "" && !c.check(got):
				t.Errorf("%+v", got)
			case c.refused != "" && (!errors.Is(err, errUsage) || !strings.Contains(err.Error(), c.refused)):
				t.Errorf("error %v, want one that names %s", err, c.refused)
			}
		})
	}
}
