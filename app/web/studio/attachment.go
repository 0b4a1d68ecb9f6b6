package studio

import (
	"bainian/app/questions"
	"bainian/app/web/page"
)

// attachmentURL is where a file that answers a script is read from. It goes by the script, never by the attempt or the
// file's own name, so that it does not tell whose it is.
func attachmentURL(script string, a questions.Attachment) string {
	return "/studio/marking/scripts/" + script + "/files/" + a.SHA256
}

// scriptFile is that file, in parts where a player asks for them.
func (w *Wing) scriptFile(c *page.Ctx) error {
	f, err := w.room.FileOfScript(c.Context(), c.Person, c.Params("script"), c.Params("file"))
	if err != nil {
		return err
	}
	return c.SendFile(page.File{Name: f.SaveAs, Type: f.Type, Inline: f.Inline, ETag: f.SHA256, Size: f.Size, Content: f.Content})
}
