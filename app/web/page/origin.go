package page

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
)

// sameOrigin refuses a request that changes something unless the browser itself says that it comes from our own
// pages: by Sec-Fetch-Site, or where that is missing by an Origin equal to the public address. A request with
// neither is refused, and an Origin that contradicts Sec-Fetch-Site is too.
func (k *Kit) sameOrigin(f *fiber.Ctx) error {
	switch f.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return nil
	}
	origin, site := f.Get(fiber.HeaderOrigin), f.Get("Sec-Fetch-Site")
	ours := origin == k.origin
	switch site {
	case "same-origin", "none":
		// The address in the browser may differ from the public one, as 127.0.0.1 does from localhost.
		if origin == "" || ours || origin == f.Protocol()+"://"+string(f.Request().Host()) {
			return nil
		}
	case "":
		if ours {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "page.foreign_origin", "origin", k.origin)
}
