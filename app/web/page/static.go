package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// static is the folder static/ in memory. Its address holds the hash of all of it, so that a file never changes
// under its address, relative imports between modules stay within one build, and browsers may keep it for good.
type static struct {
	hash   string
	assets map[string]*asset // by path within static/
}

type asset struct {
	body   []byte
	zipped func() []byte // nil where compressing gains nothing
	kind   string
	etag   string
}

// kinds are the types of what static/ holds; the machine's own table is not asked, since it differs by machine.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".map": "application/json",
	".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
	".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2", ".wasm": "application/wasm",
}

func readStatic(files fs.FS) (*static, error) {
	s := &static{assets: map[string]*asset{}}
	all := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		fmt.Fprintf(all, "%d %s %x\n", len(name), name, sum)
		s.assets[name] = &asset{
			body:   body,
			zipped: sync.OnceValue(func() []byte { return zip(body) }),
			kind:   kindOf(name),
			etag:   `"` + hex.EncodeToString(sum[:8]) + `"`,
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("page: static files: %w", err)
	}
	s.hash = hex.EncodeToString(all.Sum(nil)[:6])
	return s, nil
}

func kindOf(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if kind, ok := kinds[ext]; ok {
		return kind
	}
	if kind := mime.TypeByExtension(ext); kind != "" {
		return kind
	}
	return fiber.MIMEOctetStream
}

// zip is the body compressed, or nothing if that is hardly smaller.
func zip(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := w.Write(body); err != nil || w.Close() != nil || b.Len() > len(body)*9/10 {
		return nil
	}
	return b.Bytes()
}

// path is the address of a static file, or an error that names it.
func (s *static) path(name string) (string, error) {
	if s.assets[name] == nil {
		return "", fmt.Errorf("page: no static file %q", name)
	}
	return "/static/" + s.hash + "/" + name, nil
}

// serve answers GET /static/:hash/*. Under an older build's hash the present file is given, but not for keeps.
func (s *static) serve(f *fiber.Ctx) error {
	a := s.assets[f.Params("*")]
	if a == nil {
		return fiber.ErrNotFound
	}
	if f.Params("hash") == s.hash {
		f.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	} else {
		f.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return a.send(f)
}

// favicon answers the address that browsers try by themselves.
func (s *static) favicon(f *fiber.Ctx) error {
	a := s.assets["img/favicon.svg"]
	if a == nil {
		return fiber.ErrNotFound
	}
	f.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return a.send(f)
}

func (a *asset) send(f *fiber.Ctx) error {
	f.Set(fiber.HeaderETag, a.etag)
	f.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if strings.Contains(f.Get(fiber.HeaderIfNoneMatch), a.etag) {
		return f.SendStatus(fiber.StatusNotModified)
	}
	f.Set(fiber.HeaderContentType, a.kind)
	if zipped := a.zipped(); len(zipped) > 0 && strings.Contains(f.Get(fiber.HeaderAcceptEncoding), "gzip") {
		f.Set(fiber.HeaderContentEncoding, "gzip")
		f.Context().Response.SetBodyRaw(zipped)
		return nil
	}
	f.Context().Response.SetBodyRaw(a.body)
	return nil
}
