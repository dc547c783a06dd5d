package uplink

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Why says in a person's words why the cloud could not be asked: what there is to look at. What has no words of its own is said as it is.
func Why(err error) string {
	for _, words := range []func(error) string{ofAnswer, ofCertificate, ofName, ofCall} {
		if said := words(err); said != "" {
			return said
		}
	}
	return err.Error()
}

func ofAnswer(err error) string {
	var no *refusal
	switch {
	case !errors.As(err, &no):
		return ""
	case no.Status == http.StatusTooManyRequests:
		return "it has been asked too often, and answers again within a minute"
	}
	return fmt.Sprintf("it answers %d (%s)", no.Status, cmp.Or(no.Detail, http.StatusText(no.Status), "nothing more"))
}

func ofCertificate(err error) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("its certificate is good from %s to %s: compare that with this machine's clock (date)",
			invalid.Cert.NotBefore.Format(time.DateOnly), invalid.Cert.NotAfter.Format(time.DateOnly))
	case errors.As(err, &unknown):
		return "its certificate is from nobody whom this machine knows: copy the code with what follows its dot; or a Wi-Fi's sign-in page answers"
	case errors.As(err, &name):
		return misnamed(name)
	case errors.Is(err, http.ErrSchemeMismatch):
		return "it answers without TLS: is this the port of https?"
	}
	return ""
}

func ofName(err error) string {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns):
		return ""
	case dns.IsNotFound:
		return fmt.Sprintf("nobody knows the name %s", dns.Name)
	}
	return fmt.Sprintf("the name %s cannot be looked up: no name server answers this machine", dns.Name)
}

func ofCall(err error) string {
	var slow net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there (connection refused)"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN):
		return "no way leads there: see cable and router"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the call is cut off"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return "it does not answer"
	}
	return ""
}
