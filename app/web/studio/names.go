package studio

import (
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/web/page"
)

// names finds the names of the people on one page, each once.
type names struct {
	c         *page.Ctx
	directory *people.Directory
	known     map[string]string
}

func (w *Wing) names(c *page.Ctx) *names {
	return &names{c, w.directory, map[string]string{people.SystemID: c.T("studio.by_system"), "": ""}}
}

// of is the name of that person; nobody's id stays as it is.
func (n *names) of(id string) (string, error) {
	if name, ok := n.known[id]; ok {
		return name, nil
	}
	p, err := n.directory.Person(n.c.Context(), id)
	if fault.Is(err, fault.NotFound) {
		p.Name, err = id, nil
	}
	if err != nil {
		return "", err
	}
	n.known[id] = p.Name
	return p.Name, nil
}

func (n *names) all(ids []string) (all []string, err error) {
	all = make([]string, len(ids))
	for i, id := range ids {
		if all[i], err = n.of(id); err != nil {
			return nil, err
		}
	}
	return all, nil
}
