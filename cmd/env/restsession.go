package env

import (
	"context"

	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/shellword"
)

// restSession is the token of the database's REST session. It is not renewed
// here, because an export asks the service nothing.
func (s *source) restSession(ctx context.Context) (string, error) {
	item, fresh, err := s.app.RESTSession(ctx, s.profile, s.bound.DB.ID)
	if err != nil || fresh {
		return item.Token.Reveal(), err
	}
	renew := "astra auth session --db " + shellword.Quote(s.bound.DB.Name)
	if item.Token == "" {
		return "", cli.Failf(cli.NoCredential, "there is no REST session of %s", s.bound.DB.Name).WithNext(renew)
	}
	now, err := s.app.ServiceNow()
	if err != nil {
		return "", err
	}
	if age := now.Sub(item.IssuedAt); age < 0 || age >= cli.RESTSessionLife {
		e := cli.Failf(cli.NoCredential, "the REST session of %s has lapsed", s.bound.DB.Name).WithNext(renew)
		e.Name = "SESSION_LAPSED"
		return "", e
	}
	return item.Token.Reveal(), nil
}
