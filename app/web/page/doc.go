// Package page is the kit that all wings share: the route table, the request, the layout and its parts, forms,
// sessions, flashes, errors and static files.
//
// A wing is a table of routes and a folder of templates:
//
//	//go:embed templates/*.html                          // the star matters: a folder alone leaves _row.html out
//	t, err := kit.Templates(files)                       // templates/lesson.html is the page "lesson", _row.html the part "row"
//	kit.Mount(app, []page.Route{
//		{"GET", "/lessons/:track/:slug", page.SignedIn, w.lesson},
//		{"POST", "/cases/:id/verdict", page.Only(people.Reviewer), w.verdict},
//	})
//
// A handler decodes to plain values, calls one verb and renders or goes back; it returns errors as they are.
// What a request passes before its handler, in this order: recovery, headers, well-formed text, same origin,
// set-up, session, role. All of it is decided by the route's Who, so that one table shows who may do what.
package page
