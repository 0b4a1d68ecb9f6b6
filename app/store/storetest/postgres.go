package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"bainian/app/store"
)

// postgresURL is an emptied database of these schemas that is this test's alone until it ends. Copying one costs many
// times what emptying it does, so the databases stay on the server, as many as there ever were tests at once, and
// are emptied when they are taken, whatever their last test did with them and however it ended.
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
	tb.Cleanup(func() { admin.Close(ctx) }) // and with it goes the claim
	name := claim(tb, admin, "bainian_test_"+fingerprint(tb, schemas))
	u := database(tb, server, name)
	if empty(ctx, u) == nil {
		return u
	}
	run(tb, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	run(tb, admin, "CREATE DATABASE "+name+" TEMPLATE template0")
	migrate(tb, u, schemas, func(*store.DB) {})
	if err := remember(ctx, u); err != nil {
		tb.Fatal(err)
	}
	return u
}

// claim takes the first database of that name and a number that no other test has, for as long as admin is connected.
func claim(tb testing.TB, admin *pgx.Conn, family string) string {
	tb.Helper()
	for n := 0; ; n++ {
		name, ours := fmt.Sprintf("%s_%d", family, n), false
		if err := admin.QueryRow(context.Background(), "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name).Scan(&ours); err != nil {
			tb.Fatal(err)
		}
		if ours {
			return name
		}
	}
}

// shape is a text that any change of tables, columns, indexes, constraints, triggers and functions moves.
const shape = `(SELECT string_agg(rows || ' ' || last, ',') FROM (
	SELECT count(*) AS rows, max(xmin::text::bigint) AS last FROM pg_class WHERE relpersistence = 'p' UNION ALL
	SELECT count(*), max(xmin::text::bigint) FROM pg_attribute UNION ALL
	SELECT count(*), max(xmin::text::bigint) FROM pg_constraint UNION ALL
	SELECT count(*), max(xmin::text::bigint) FROM pg_trigger UNION ALL
	SELECT count(*), max(xmin::text::bigint) FROM pg_proc) AS catalogs)`

// remembering keeps the rows that migrations have made, and the shape that the database then has.
const remembering = `
CREATE SCHEMA fresh;
CREATE TABLE fresh.shape (shape TEXT);
DO $$
DECLARE t TEXT; filled BOOLEAN;
BEGIN
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO filled;
		IF filled THEN EXECUTE format('CREATE TABLE fresh.%I AS TABLE public.%I', t, t); END IF;
	END LOOP;
END $$;
INSERT INTO fresh.shape VALUES (` + shape + `);`

// emptying makes a database what it was when it was remembered. It fails when there is none, or one of another shape.
const emptying = `
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica; -- what triggers forbid and constraints ask for is the product's, not the test's
DO $$
DECLARE t TEXT;
BEGIN
	IF (SELECT shape FROM fresh.shape) <> ` + shape + ` THEN RAISE 'another shape'; END IF;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND pg_relation_size(format('%I.%I', schemaname, tablename)::regclass) > 0 LOOP
		EXECUTE format('DELETE FROM public.%I', t);
	END LOOP;
	FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'fresh' AND tablename <> 'shape' LOOP
		EXECUTE format('INSERT INTO public.%I TABLE fresh.%I', t, t);
	END LOOP;
END $$;`

// empty makes a database that was used as it was at first, and gives back the room that a large test took.
func empty(ctx context.Context, u string) error {
	conn, err := pgx.Connect(ctx, u)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.PgConn().Exec(ctx, emptying).ReadAll(); err != nil {
		return err
	}
	large := false
	if err := conn.QueryRow(ctx, "SELECT pg_database_size(current_database()) > 40000000").Scan(&large); err != nil || !large {
		return err
	}
	_, err = conn.Exec(ctx, "VACUUM")
	return err
}

// remember ends the making of a database.
func remember(ctx context.Context, u string) error {
	conn, err := pgx.Connect(ctx, u)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.PgConn().Exec(ctx, remembering).ReadAll()
	return err
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
