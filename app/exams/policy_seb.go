package exams

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/exams/seb"
)

// SebRules are which Safe Exam Browsers an exam takes, where it asks for one (Integrity.Seb). The zero value is what a
// file gets that says no more than "seb: required": each candidate is given an encrypted configuration of their own.
type SebRules struct {
	ByHand bool     // the company hands its configurations out itself, and none is written here
	Plain  bool     // configurations are written unencrypted
	Config []string // Config Keys of configurations that are handed out by hand
	Exam   []string // Browser Exam Keys of the builds that may be used; none: any build
}

// seb reads how firmly Safe Exam Browser is asked for, and as a mapping also which: {need, generate, encrypt, config_keys,
// exam_keys}. Whoever lists Config Keys hands out the configurations, unless the file asks for both.
func (p examReader) seb(i *Integrity, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		i.Seb = p.oneOf(n, "seb", NeedOff, NeedOptional, NeedRequired)
		return
	}
	i.Seb, i.SebRules = NeedRequired, SebRules{}
	r := &i.SebRules
	var generate *bool
	p.each(n, "seb", func(name string, v *yaml.Node) bool {
		switch name {
		case "need":
			i.Seb = p.oneOf(v, name, NeedOff, NeedOptional, NeedRequired)
		case "generate":
			on := p.flag(v, name)
			generate = &on
		case "encrypt":
			r.Plain = !p.flag(v, name)
		case "config_keys":
			r.Config = p.keys(v, name)
		case "exam_keys":
			r.Exam = p.keys(v, name)
		default:
			return false
		}
		return true
	})
	if r.ByHand = len(r.Config) > 0; generate != nil {
		r.ByHand = !*generate
	}
	if r.ByHand && len(r.Config) == 0 && len(r.Exam) == 0 && i.Seb == NeedRequired {
		p.add(n, "seb_keyless")
	}
}

// keys reads a list of keys of 64 hexadecimal digits, as the clients and "bainian seb-key" show them.
func (p examReader) keys(n *yaml.Node, name string) (all []string) {
	for _, item := range p.list(n, name) {
		key := strings.ToLower(strings.TrimSpace(item.Value))
		if item.Kind != yaml.ScalarNode || !seb.ValidKey(key) {
			p.add(item, "seb_key", "name", name, "value", item.Value)
			continue
		}
		all = append(all, key)
	}
	return all
}
