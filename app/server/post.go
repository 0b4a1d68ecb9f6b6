package server

import (
	"cmp"
	"fmt"
	"net/mail"
	"os"
	"strings"

	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/post"
	"bainian/app/store"
)

// checkPost says what is wrong with the ways by which words leave the house.
func (c *Config) checkPost() error {
	if _, err := c.mailServer(); err != nil {
		return fmt.Errorf("%w: -smtp: %w", errUsage, err)
	}
	if _, err := c.endpoint(); err != nil {
		return fmt.Errorf("%w: -webhook: %w", errUsage, err)
	}
	if _, err := post.ParseNetworks(c.WebhookNetworks); err != nil {
		return fmt.Errorf("%w: -webhook-networks: %w", errUsage, err)
	}
	if _, err := c.crm(); err != nil {
		return fmt.Errorf("%w: -crm: %w", errUsage, err)
	}
	if _, err := mail.ParseAddress(c.RootsTo); c.RootsTo != "" && err != nil {
		return fmt.Errorf("%w: -roots-to %q is no address of a mail", errUsage, c.RootsTo)
	}
	return nil
}

func (c *Config) mailServer() (*post.MailServer, error) {
	if c.SMTP == "" {
		return nil, nil
	}
	return post.ParseMailServer(c.SMTP)
}

func (c *Config) endpoint() (*post.Endpoint, error) {
	if c.Webhook == "" && c.WebhookSecret == "" {
		return nil, nil
	}
	return post.ParseEndpoint(c.Webhook, c.WebhookSecret)
}

// office is the office by what is configured.
func (c *Config) office(db *store.DB, queue *jobs.Queue) (*post.Office, error) {
	mail, err := c.mailServer()
	if err != nil {
		return nil, err
	}
	hook, err := c.endpoint()
	if err != nil {
		return nil, err
	}
	networks, err := post.ParseNetworks(c.WebhookNetworks)
	if err != nil {
		return nil, err
	}
	return post.New(db, queue, mail, hook, post.Push{Source: cmp.Or(c.URL, "http://"+c.Addr), Networks: networks,
		Kinds: append(gateKinds(), post.Kind{Name: rootKind})}), nil
}

// witnesses are the public keys that -witness names, by commas, or in a file a line each.
func (c *Config) witnesses() (all []ledger.Witness, err error) {
	if c.Witness == "" {
		return nil, nil
	}
	names := strings.Split(c.Witness, ",")
	if _, err := ledger.ParseWitness(names[0]); err != nil {
		src, unread := os.ReadFile(c.Witness)
		if unread != nil {
			return nil, fmt.Errorf("%w: -witness: %w", errUsage, err)
		}
		names = strings.Split(string(src), "\n")
	}
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" || strings.HasPrefix(name, "PRIVATE+KEY+") {
			continue
		}
		w, err := ledger.ParseWitness(name)
		if err != nil {
			return nil, fmt.Errorf("%w: -witness %q: %w", errUsage, name, err)
		}
		all = append(all, w)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: -witness: there is no public key of a witness in %s", errUsage, c.Witness)
	}
	return all, nil
}
