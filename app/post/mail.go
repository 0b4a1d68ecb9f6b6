package post

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// patience is how long a try may take.
const patience = 30 * time.Second

// MailServer is where mail is handed in.
type MailServer struct {
	host, from     string
	options        []mail.Option
	user, password string
}

// ParseMailServer reads smtp://[user:password@]host[:port]?from=address, with TLS from the beginning as smtps://. A
// password travels under TLS alone, unless the server is this machine. No error repeats the password.
func ParseMailServer(text string) (*MailServer, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("post: the mail server must be smtp://[user:password@]host[:port]?from=address, or smtps://…")
	}
	s := &MailServer{host: u.Hostname(), from: u.Query().Get("from"), user: u.User.Username()}
	s.password, _ = u.User.Password()
	if err := mail.NewMsg().From(s.from); err != nil {
		return nil, fmt.Errorf("post: the mail server needs ?from= with an address to send from, not %q", s.from)
	}
	s.options = []mail.Option{mail.WithTimeout(patience / 2)}
	local := s.host == "localhost" || net.ParseIP(s.host).IsLoopback()
	switch {
	case u.Scheme == "smtps":
		s.options = append(s.options, mail.WithSSLPort(false))
	case local:
		s.options = append(s.options, mail.WithTLSPortPolicy(mail.NoTLS))
	case s.user != "":
		s.options = append(s.options, mail.WithTLSPortPolicy(mail.TLSMandatory))
	default:
		s.options = append(s.options, mail.WithTLSPortPolicy(mail.TLSOpportunistic))
	}
	if port := u.Port(); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, fmt.Errorf("post: %q is no port of a mail server", port)
		}
		s.options = append(s.options, mail.WithPort(n))
	}
	if s.user != "" {
		s.options = append(s.options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return s, nil
}

func (s *MailServer) send(ctx context.Context, d dispatch) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.from), m.To(d.address)); err != nil {
		return err
	}
	m.Subject(d.subject)
	m.SetDateWithValue(d.at)
	_, domain, _ := strings.Cut(strings.Trim(s.from, "<> "), "@")
	m.SetMessageIDWithValue(d.id + "@" + domain)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, d.body)
	client, err := mail.NewClient(s.host, s.options...)
	if err != nil {
		return s.discreet(err)
	}
	return s.discreet(client.DialAndSendWithContext(ctx, m))
}

// discreet is an error whose words do not repeat the password, whatever a server says.
func (s *MailServer) discreet(err error) error {
	if err == nil || s.password == "" || !strings.Contains(err.Error(), s.password) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), s.password, "…"))
}
