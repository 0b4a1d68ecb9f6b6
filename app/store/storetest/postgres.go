package storetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"bainian/app/store"
)

// templateLock is the advisory lock under which a template is made, since packages are tested side by side.
const templateLock = "SELECT pg_advisory_lock(7810763)"

// postgresURL copies the template of these schemas into a database that is dropped after the test. A template
// is named by its schemas and stays, so that later runs find it.
func postgresURL(tb testing.TB, schemas []store.Schema) string {
	tb.Helper()
	server := os.Getenv("BAINIAN_TEST_POSTGRES")
	if server == "" {
		Skip(tb, "BAINIAN_TEST_POSTGRES is not set")
	}
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		tb.Fatal(err)
	}
	defer admin.Close(ctx)
	template := postgresTemplate(tb, admin, server, schemas)
	name := "bainian_test_" + strings.ToLower(rand.Text())
	run(tb, admin, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy") // the default writes every page into the log, too
	tb.Cleanup(func() {
		admin, err := pgx.Connect(ctx, server)
		if err != nil {
			tb.Error(err)
			return
		}
		defer admin.Close(ctx)
		run(tb, admin, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return database(tb, server, name)
}

// postgresTemplate makes the template when there is none yet. It gets its name last, so that one with that
// name is whole.
func postgresTemplate(tb testing.TB, admin *pgx.Conn, server string, schemas []store.Schema) string {
	tb.Helper()
	name := "bainian_template_" + fingerprint(tb, schemas)
	if exists(tb, admin, name) {
		return name
	}
	run(tb, admin, templateLock)
	if exists(tb, admin, name) {
		return name
	}
	unfinished := name + "_unfinished"
	run(tb, admin, "DROP DATABASE IF EXISTS "+unfinished+" WITH (FORCE)")
	run(tb, admin, "CREATE DATABASE "+unfinished+" TEMPLATE template0")
	migrate(tb, database(tb, server, unfinished), schemas)
	run(tb, admin, "ALTER DATABASE "+unfinished+" RENAME TO "+name)
	return name
}

func exists(tb testing.TB, admin *pgx.Conn, name string) (found bool) {
	tb.Helper()
	if err := admin.QueryRow(context.Background(), "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&found); err != nil {
		tb.Fatal(err)
	}
	return found
}

func run(tb testing.TB, admin *pgx.Conn, statement string) {
	tb.Helper()
	if _, err := admin.Exec(context.Background(), statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// database is the server's URL with another database.
func database(tb testing.TB, server, name string) string {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
