package people

import (
	"slices"

	"bainian/app/fault"
)

// mayKeep is the fault of a person who may not keep the directory: that is for HR and administrators.
func mayKeep(actor Person) error {
	if actor.Has(HR, Admin) {
		return nil
	}
	return fault.New(fault.Forbidden, "people.hr_only")
}

func mayAdminister(actor Person) error {
	if actor.Has(Admin) {
		return nil
	}
	return fault.New(fault.Forbidden, "people.admin_only")
}

// mayGrant is the fault of giving or taking a role that only an admin may give or take, nil when there is none.
func mayGrant(actor Person, before, after []Role) *fault.Error {
	if actor.Has(Admin) {
		return nil
	}
	for _, r := range Roles() {
		if r.guarded() && slices.Contains(before, r) != slices.Contains(after, r) {
			return fault.New(fault.Forbidden, "people.role_guarded", "role", string(r)).In("roles")
		}
	}
	return nil
}

// mayClose is the fault of ending somebody's sessions or account. HR may not lock an admin out.
func mayClose(actor, p Person) error {
	if p.Has(Admin) {
		return mayAdminister(actor)
	}
	return mayKeep(actor)
}

// mayDescribe is the fault of changing the details of somebody: number and e-mail are what they sign in with.
func mayDescribe(actor, p Person) *fault.Error {
	if actor.Has(Admin) || !slices.ContainsFunc(p.Roles, Role.guarded) {
		return nil
	}
	return fault.New(fault.Forbidden, "people.details_guarded")
}

// mayEnter is the fault of setting the password of somebody's account, which is a way into it: HR may not get
// by it the roles that it may not give.
func mayEnter(actor, p Person) error {
	if slices.ContainsFunc(p.Roles, Role.guarded) {
		return mayAdminister(actor)
	}
	return mayKeep(actor)
}
