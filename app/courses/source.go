package courses

import (
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
)

// lessonMatter is the front matter of a lesson, courseMatter that of a course.
type lessonMatter struct {
	Title      string   `yaml:"title"`
	Lang       string   `yaml:"lang"`
	Track      string   `yaml:"track"`
	Order      int      `yaml:"order"`
	Minutes    int      `yaml:"minutes"`
	Objectives []string `yaml:"objectives"`
}

type courseMatter struct {
	Title string `yaml:"title"`
	Lang  string `yaml:"lang"`
	Track string `yaml:"track"`
	Order int    `yaml:"order"`
}

type pledgeMatter struct {
	Title       string `yaml:"title"`
	Lang        string `yaml:"lang"`
	VersionNote string `yaml:"version_note"`
}

// source is one language of a document, taken apart.
type source[M any] struct {
	lang   locale.Lang
	file   string
	matter M
	body   []byte
	line   int // on which the body starts
}

// open takes the document in lang, or else in its base language, apart.
func open[M any](d documents.Doc, lang locale.Lang) (source[M], fault.Problems) {
	text, shown := d.Text(lang)
	s := source[M]{lang: shown, file: d.File(shown)}
	var problems fault.Problems
	s.body, s.line, problems = markdown.FrontMatter([]byte(text), &s.matter, s.file)
	return s, problems
}
