package learn

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/web/page"
)

// media is what the room asks the person to switch on.
type media struct{ Camera, Screen string }

// Watched reports whether it asks for anything.
func (m media) Watched() bool { return m.Camera != exams.CameraOff || m.Screen == exams.ScreenShare }

// snapshot keeps a picture of the camera.
func (w *Wing) snapshot(c *page.Ctx) error {
	faces, err := strconv.Atoi(c.Query("faces"))
	if err != nil {
		faces = -1 // not counted
	}
	picture, err := c.Bytes()
	if err != nil {
		return err
	}
	if err := w.room.TakeSnapshot(c.Context(), c.Person, c.Params("id"), c.Query("device"), faces, picture); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
