package page

import (
	"fmt"
	"html/template"
)

// icons are drawn on a 24-unit grid with a 1.75 stroke in the text's colour.
var icons = map[string]string{
	"path":     `<circle cx="6" cy="5" r="2.25"/><circle cx="6" cy="14" r="2.25"/><path d="M6 7.25v4.5M6 16.25V21M13 21v-8.5a3.5 3.5 0 0 1 7 0V21M11 21h11"/>`,
	"book":     `<path d="M12 6.5C10 4.8 7 4.3 3.5 4.5v13.6c3.5-.2 6.5.3 8.5 2 2-1.7 5-2.2 8.5-2V4.5C17 4.3 14 4.8 12 6.5zM12 6.5v13.6"/>`,
	"pencil":   `<path d="M4 20l1-4.5L16.5 4a2.1 2.1 0 0 1 3 0l.5.5a2.1 2.1 0 0 1 0 3L8.5 19zM14.5 6l3.5 3.5"/>`,
	"leads":    `<path d="M5 3.5h11l3.5 3.5v13.5H5zM8.5 9h4M8.5 16.5h7M8.5 12.75h7"/>`,
	"quill":    `<path d="M20 4c-7 0-12 4-13.5 11L4 20.5M6.5 15c6 .5 10.5-2.5 11.5-6.5M9 11.5h5"/>`,
	"cards":    `<rect x="4" y="8" width="13" height="12" rx="1.5"/><path d="M7.5 8V4.5H20V16h-3M8 12.5h5M8 15.5h3"/>`,
	"calendar": `<rect x="4" y="5.5" width="16" height="15" rx="1.5"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4M8.5 14h2"/>`,
	"chart":    `<path d="M4 4v16h16M8 16.5v-4M12 16.5v-9M16 16.5v-6"/>`,
	"scales":   `<path d="M12 4v16M8 20h8M5 7h14M5 7l-2.5 7a2.7 2.7 0 0 0 5 0zM19 7l-2.5 7a2.7 2.7 0 0 0 5 0z"/>`,
	"board":    `<rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><path d="M3.5 9.5h17M9 9.5v10"/>`,
	"people":   `<circle cx="9" cy="8.5" r="3.25"/><path d="M3 19.5c.5-3.5 2.8-5.25 6-5.25s5.5 1.75 6 5.25M15.5 5.5a3.25 3.25 0 0 1 0 6M17 14.6c2.2.6 3.6 2.3 4 4.9"/>`,
	"import":   `<path d="M12 3.5v11M8 10.5l4 4 4-4M4 16.5v4h16v-4"/>`,
	"rules":    `<path d="M9 6h11M9 12h11M9 18h11M4 6l1 1 1.8-2M4 12l1 1 1.8-2M4 18l1 1 1.8-2"/>`,
	"key":      `<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5l9-9M16 7.5l3 3"/>`,
	"more":     `<path stroke-width="3" d="M5 12h.01M12 12h.01M19 12h.01"/>`,
	"check":    `<path d="M5.5 12.5l4.5 4.5 9-10"/>`,
	"door":     `<path d="M6 20.5V10a6 6 0 0 1 12 0v10.5M4 20.5h16M14.5 13.5v1.5"/>`,
	"opendoor": `<path d="M6 20.5V10a6 6 0 0 1 12 0v10.5M4 20.5h16M6 20.5l6.5-3V8.5L6.8 8M10.5 13v1.5"/>`,
	"lock":     `<rect x="5" y="11" width="14" height="9.5" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
	"clock":    `<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>`,
	"bell":     `<path d="M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20.5h4M12 3v2"/>`,
	"pause":    `<path d="M9 5.5v13M15 5.5v13"/>`,
	"window":   `<rect x="3.5" y="7.5" width="12" height="12" rx="1.5"/><path d="M8 7.5V4.5h12.5v12h-5M3.5 11h12"/>`,
	"devices":  `<rect x="2.5" y="5" width="13" height="10" rx="1.5"/><path d="M1.5 18.5h12M16.5 9.5h5v10h-5zM18.5 17h1"/>`,
	"search":   `<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>`,
	"plus":     `<path d="M12 5v14M5 12h14"/>`,
	"phone":    `<path d="M5 4h4l1.5 4.5-2.2 1.6a12 12 0 0 0 5.6 5.6l1.6-2.2L20 15v4a1.5 1.5 0 0 1-1.6 1.5C10.8 20 4 13.2 3.5 5.6A1.5 1.5 0 0 1 5 4z"/>`,
	"flag":     `<path d="M6 21V4M6 4.5h12l-2.5 4 2.5 4H6"/>`,
	"offline":  `<path d="M3.5 3.5l17 17M8 12.5a7 7 0 0 1 2.3-1.5M4.5 9a12 12 0 0 1 4-2.6M13 7.1A12 12 0 0 1 19.5 9M12 18h.01"/>`,
	"left":     `<path d="M15 5l-7 7 7 7"/>`,
	"right":    `<path d="M9 5l7 7-7 7"/>`,
	"download": `<path d="M12 4v11M8 11l4 4 4-4M5 20h14"/>`,
	"warning":  `<path d="M12 4l9 16H3zM12 10v4.5M12 17.2h.01"/>`,
	"info":     `<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.7h.01"/>`,
	"out":      `<path d="M10 4.5H5v15h5M15 8l4 4-4 4M19 12H9.5"/>`,
	"globe":    `<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5.5 5 11.5 0 17-5-5.5-5-11.5 0-17z"/>`,
	"sun":      `<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4"/>`,
	"moon":     `<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>`,
	"auto":     `<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17M12 6.5h5M12 10h8M12 14h8M12 17.5h5"/>`,
}

// icon is a drawing that says nothing by itself; the words stand beside it.
func icon(name string) (template.HTML, error) {
	d, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("page: no icon %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + d + `</svg>`), nil
}
