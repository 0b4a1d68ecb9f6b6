package web

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/web/api"
	"bainian/app/web/page"
)

// GlassApp answers machines from a snapshot while the database cannot be reached. Of the configuration's directory it
// asks for tokens and sessions alone.
func GlassApp(config page.Config, g api.Glass) (*fiber.App, error) {
	kit, err := page.New(config)
	if err != nil {
		return nil, err
	}
	app := kit.Bare()
	api.MountGlass(app, kit, g)
	return app, nil
}
