package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/valyala/fasthttp"
)

// patience is how long a reply may take.
const patience = 30 * time.Second

// line is one kept connection, with one request on it at a time. There is no client between: on the machine of the
// server, whatever the simulator takes is taken from it.
type line struct {
	host string
	dial func() (net.Conn, error)

	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer

	req fasthttp.Request
	res fasthttp.Response
}

// lineTo is a line to the server at that address, not connected yet.
func lineTo(address string) (*line, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	target := net.JoinHostPort(u.Hostname(), port)
	l := &line{host: u.Host}
	l.dial = func() (net.Conn, error) {
		d := &net.Dialer{Timeout: patience}
		if u.Scheme == "https" {
			return tls.DialWithDialer(d, "tcp", target, &tls.Config{ServerName: u.Hostname()})
		}
		return d.Dial("tcp", target)
	}
	return l, nil
}

// ask prepares the next request.
func (l *line) ask(method, path string) *fasthttp.Request {
	l.req.Reset()
	l.req.Header.SetMethod(method)
	l.req.Header.SetHost(l.host)
	l.req.SetRequestURI(path)
	return &l.req
}

// send sends the request and reads the reply into l.res. A connection that the server closed while nobody used it is
// opened again; every request of a candidate may come twice.
func (l *line) send() error {
	reused := l.conn != nil
	err := l.exchange()
	if err != nil && reused && !errors.Is(err, errTimeout) {
		err = l.exchange()
	}
	return err
}

var errTimeout = errors.New("timeout")

func (l *line) exchange() error {
	if err := l.write(); err != nil {
		return err
	}
	if err := l.res.Read(l.in); err != nil {
		return l.fail(err)
	}
	if l.res.ConnectionClose() {
		l.close()
	}
	return nil
}

func (l *line) write() error {
	if l.conn == nil {
		conn, err := l.dial()
		if err != nil {
			return err
		}
		l.conn, l.in, l.out = conn, bufio.NewReaderSize(conn, 16<<10), bufio.NewWriterSize(conn, 4<<10)
	}
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return l.fail(err)
	}
	if err := l.req.Write(l.out); err != nil {
		return l.fail(err)
	}
	if err := l.out.Flush(); err != nil {
		return l.fail(err)
	}
	return nil
}

// sendAndLose sends the request and goes away before the reply, as a network does that fails at the wrong moment.
func (l *line) sendAndLose() error {
	err := l.write()
	l.close()
	return err
}

func (l *line) fail(err error) error {
	l.close()
	if timed := (net.Error)(nil); errors.As(err, &timed) && timed.Timeout() {
		return errTimeout
	}
	return err
}

func (l *line) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}
