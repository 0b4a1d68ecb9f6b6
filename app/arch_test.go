package main_test

// The five laws of the house as tests: they read the source, so breaking one names the file and the line.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bainian/app/locale"
)

// order is the path along which code may import: a package sees only packages of earlier ranks (those of one
// rank do not see each other).
var order = [][]string{
	{"fault"},
	{"locale"},
	{"sheet", "calendar"},
	{"store", "blobs"},
	{"jobs", "ledger", "markdown"},
	{"questions"},
	{"people"},
	{"post"},
	{"documents"},
	{"cohorts", "courses"},
	{"exams"},
	{"integrity/stats", "integrity/answersheet"},
	{"integrity/analysis"},
	{"integrity"},
	{"gate"},
	{"gate/crm"},
	{"leads"},
	{"web/page"},
	{"web/dossier"},
	{"web/learn", "web/studio", "web/review", "web/manage", "web/api"},
	{"web"},
	{"server"},
	{".", "load", "apptest"},
}

// pure packages know no store, no web and no clock.
var pure = []string{"fault", "locale", "sheet", "calendar", "markdown", "questions", "exams/seb", "integrity/stats", "integrity/answersheet", "integrity/analysis"}

// file is one parsed source file of app.
type file struct {
	path, pkg string // pkg is the folder below app, "." for app itself
	test      bool
	ast       *ast.File
	set       *token.FileSet
}

func (f file) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, f.set.Position(n.Pos()).Line)
}

func sources(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, file{path: path, pkg: filepath.ToSlash(filepath.Dir(path)), test: strings.HasSuffix(path, "_test.go"), ast: tree, set: set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("only %d source files found: is the test run in app?", len(files))
	}
	return files
}

func imports(f file) map[string]*ast.ImportSpec {
	out := map[string]*ast.ImportSpec{}
	for _, spec := range f.ast.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		out[path] = spec
	}
	return out
}

// rank is the place of a package in the order; storetest belongs to store, stats to integrity.
func rank(pkg string) int {
	for {
		for i, names := range order {
			if slices.Contains(names, pkg) {
				return i
			}
		}
		i := strings.LastIndex(pkg, "/")
		if i < 0 {
			return -1
		}
		pkg = pkg[:i]
	}
}

// Law 1: a package imports only packages earlier in the order.
func TestLaw1_ImportsFollowTheOrder(t *testing.T) {
	for _, f := range sources(t) {
		own := rank(f.pkg)
		if own < 0 {
			t.Errorf("%s: package %s has no place in the order", f.path, f.pkg)
			continue
		}
		for path, spec := range imports(f) {
			dep, ours := strings.CutPrefix(path, "bainian/app/")
			external := f.test && strings.HasSuffix(f.ast.Name.Name, "_test") // stands outside, as a user does
			if !ours || external || f.test && strings.HasSuffix(dep, "/storetest") {
				continue
			}
			sameFamily := dep == f.pkg || strings.HasPrefix(dep, f.pkg+"/") || strings.HasPrefix(f.pkg, dep+"/")
			if r := rank(dep); !sameFamily && (r < 0 || r >= own) {
				t.Errorf("%s: %s imports %s, which is not earlier in the order", f.at(spec), f.pkg, dep)
			}
			if f.test && dep == "apptest" && !strings.HasSuffix(f.ast.Name.Name, "_test") {
				t.Errorf("%s: a test that uses apptest must be external", f.at(spec))
			}
		}
		if slices.Contains(pure, f.pkg) && !f.test {
			for path, spec := range imports(f) {
				if strings.HasPrefix(path, "bainian/app/store") || strings.HasPrefix(path, "bainian/app/web") || path == "database/sql" {
					t.Errorf("%s: %s is pure and must not import %s", f.at(spec), f.pkg, path)
				}
			}
		}
	}
}

// Law 2: only web imports Fiber and html/template, only store a database driver, only blobs an object store.
func TestLaw2_TechnologyStaysBehindItsDoor(t *testing.T) {
	doors := []struct {
		prefixes []string
		owner    string
	}{
		{[]string{"github.com/gofiber/", "github.com/valyala/fasthttp", "html/template"}, "web"},
		{[]string{"github.com/mattn/", "github.com/jackc/", "database/sql"}, "store"},
		{[]string{"github.com/minio/", "gocloud.dev/"}, "blobs"},
	}
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		for path, spec := range imports(f) {
			for _, door := range doors {
				owns := f.pkg == door.owner || strings.HasPrefix(f.pkg, door.owner+"/")
				owns = owns || f.pkg == "load" && door.owner == "web" // it speaks to the server, and measures it by a bare handler
				if !owns && slices.ContainsFunc(door.prefixes, func(p string) bool { return strings.HasPrefix(path, p) }) {
					t.Errorf("%s: %s may not import %s; only %s may", f.at(spec), f.pkg, path, door.owner)
				}
			}
		}
	}
}

// Law 3: the clock and randomness come from store and server; the request log of web may read the clock.
func TestLaw3_TimeAndChanceComeFromStoreAndServer(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "After", "Tick", "NewTimer", "NewTicker", "Sleep", "AfterFunc"}
	for _, f := range sources(t) {
		top := strings.SplitN(f.pkg, "/", 2)[0]
		if f.test || top == "store" || top == "server" || top == "load" || top == "apptest" {
			continue
		}
		for _, path := range []string{"math/rand", "math/rand/v2", "crypto/rand"} {
			if spec, ok := imports(f)[path]; ok {
				t.Errorf("%s: %s takes randomness from %s instead of the store", f.at(spec), f.pkg, path)
			}
		}
		waits := top == "jobs" // a queue waits; it does not tell the time
		requestLog := f.pkg == "web/page" && filepath.Base(f.path) == "serve.go"
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok || pkg.Name != "time" || pkg.Obj != nil || !slices.Contains(clock, sel.Sel.Name) {
				return true
			}
			reads := sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until"
			if !(requestLog && reads) && !(waits && !reads) {
				t.Errorf("%s: %s calls time.%s", f.at(sel), f.pkg, sel.Sel.Name)
			}
			return true
		})
	}
}

// Law 4: no package-level mutable state. A package-level variable is an embedded file system, a compiled
// pattern, or a table that nobody ever writes; and nothing is fetched out of a context.
func TestLaw4_NoPackageState(t *testing.T) {
	byPackage := map[string][]file{}
	for _, f := range sources(t) {
		if support := f.pkg == "store/storetest" || f.pkg == "apptest"; !f.test && !support {
			byPackage[f.pkg] = append(byPackage[f.pkg], f)
		}
	}
	for _, files := range byPackage {
		vars, specs := map[string]string{}, map[any]bool{}
		for _, f := range files {
			for _, decl := range f.ast.Decls {
				g, ok := decl.(*ast.GenDecl)
				if !ok || g.Tok != token.VAR {
					continue
				}
				for _, spec := range g.Specs {
					v := spec.(*ast.ValueSpec)
					specs[v] = true
					for _, name := range v.Names {
						if name.Name == "_" {
							continue
						}
						vars[name.Name] = f.at(v)
						if len(v.Values) == 0 && !embedded(g) {
							t.Errorf("%s: %s has no value of its own, so somebody must write it", f.at(v), name.Name)
						}
						if text := typeText(v); strings.Contains(text, "sync.") || strings.Contains(text, "atomic.") {
							t.Errorf("%s: %s is shared mutable state", f.at(v), name.Name)
						}
					}
				}
			}
		}
		for _, f := range files {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				var written []ast.Expr
				switch n := n.(type) {
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						written = n.Lhs
					}
				case *ast.IncDecStmt:
					written = []ast.Expr{n.X}
				case *ast.UnaryExpr:
					if n.Op == token.AND {
						written = []ast.Expr{n.X}
					}
				case *ast.CallExpr:
					if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Value" && len(n.Args) == 1 {
						if x, ok := sel.X.(*ast.Ident); ok && x.Name == "ctx" {
							t.Errorf("%s: something is fetched out of a context", f.at(n))
						}
					}
				}
				for _, e := range written {
					if id := root(e); id != nil && vars[id.Name] != "" && (id.Obj == nil || specs[id.Obj.Decl]) {
						t.Errorf("%s: writes package-level %s (declared at %s)", f.at(e), id.Name, vars[id.Name])
					}
				}
				return true
			})
		}
	}
}

func embedded(g *ast.GenDecl) bool {
	return g.Doc != nil && slices.ContainsFunc(g.Doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed") })
}

func typeText(v *ast.ValueSpec) string {
	if sel, ok := v.Type.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok {
			return x.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

// root is the variable at the bottom of a.b[c].d.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

var (
	goKey       = regexp.MustCompile(`"([a-z]+\.[a-z0-9_]+)"`)
	templateKey = regexp.MustCompile(`\bt "([a-z]+\.[a-z0-9_]+)"`)
	place       = regexp.MustCompile(`\{[a-z_]+\}`)
)

// Law 5: every message that a person sees is a key in all three catalogs, with the same places in each.
func TestLaw5_EveryMessageInThreeLanguages(t *testing.T) {
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	base := catalog.Keys(locale.Hant)
	for _, lang := range locale.Langs() {
		keys := catalog.Keys(lang)
		for _, key := range base {
			if !catalog.Has(lang, key) {
				t.Errorf("%s is missing in %s", key, lang)
				continue
			}
			a, b := place.FindAllString(catalog.Raw(locale.Hant, key), -1), place.FindAllString(catalog.Raw(lang, key), -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
				t.Errorf("%s: places %v in zh-Hant, %v in %s", key, a, b, lang)
			}
		}
		for _, key := range keys {
			if !catalog.Has(locale.Hant, key) {
				t.Errorf("%s is in %s but not in zh-Hant", key, lang)
			}
			if strings.TrimSpace(catalog.Raw(lang, key)) == "" && key != "locale.space" {
				t.Errorf("%s is empty in %s", key, lang)
			}
		}
	}
	packages := map[string]bool{}
	for _, key := range base {
		packages[strings.SplitN(key, ".", 2)[0]] = true
	}
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, arg := range spoken(n) {
				lit, ok := arg.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				m := goKey.FindStringSubmatch(lit.Value)
				if m == nil || m[0] != lit.Value || !packages[strings.SplitN(m[1], ".", 2)[0]] {
					continue
				}
				if !catalog.Has(locale.Hant, m[1]) {
					t.Errorf("%s: no catalog has %s", f.at(lit), m[1])
				}
			}
			return true
		})
	}
	templates, err := templateKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Sorted(maps.Keys(templates)) {
		if !catalog.Has(locale.Hant, key) {
			t.Errorf("%s: no catalog has %s", templates[key], key)
		}
	}
}

// spoken are the expressions of a node that may be message keys: the arguments of a call that takes one, and
// the words of a sheet.Form.
func spoken(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if id, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"Empty", "Missing", "Refused"}, id.Name) {
			return []ast.Expr{n.Value}
		}
	case *ast.CallExpr:
		name := ""
		switch fun := n.Fun.(type) {
		case *ast.Ident:
			name = fun.Name
		case *ast.SelectorExpr:
			name = fun.Sel.Name
		}
		if slices.Contains([]string{"New", "Wrap", "Add", "T", "Back", "forbidden", "problem"}, name) {
			return n.Args
		}
	}
	return nil
}

// templateKeys are the keys that templates ask for, with one file that does.
func templateKeys() (map[string]string, error) {
	keys := map[string]string{}
	err := filepath.WalkDir("web", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range templateKey.FindAllStringSubmatch(string(src), -1) {
			keys[m[1]] = path
		}
		return nil
	})
	return keys, err
}
