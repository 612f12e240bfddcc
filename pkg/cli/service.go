package cli

import (
	"cmp"

	"github.com/astra-admin/astra/pkg/config"
	"github.com/astra-admin/astra/pkg/credential"
	"github.com/astra-admin/astra/pkg/devops"
	"github.com/astra-admin/astra/pkg/exit"
)

// checkEndpoint makes sure that a stored credential goes to no other service
// than its own, whatever the configuration, a flag or the environment says.
func (a *App) checkEndpoint(p config.Profile, item credential.Item) error {
	wanted, err := a.RequestedURL()
	if err != nil {
		return err
	}
	if a.URLRequested() && wanted != item.APIURL {
		e := exit.Refusef("the credential of profile %s was stored for %s and is not sent to %s", p.Name, item.APIURL, wanted)
		if a.Globals.APIURL == "" {
			return e.WithHint("ASTRA_API_URL asks for that: unset it, or log in there with a profile of its own")
		}
		return e.WithHint("log in there with a profile of its own").WithNext("astra auth login NAME --api-url " + wanted)
	}
	profileURL, err := devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
	if err != nil {
		return err
	}
	if profileURL != item.APIURL {
		return exit.Refusef("profile %s says %s, but its credential was stored for %s", p.Name, profileURL, item.APIURL).
			WithHint("the configuration was changed by hand: log in again").WithNext("astra auth login " + p.Name)
	}
	return nil
}

// RequestedURL is the service that flags and environment ask for, in its normal
// form.
func (a *App) RequestedURL() (string, error) {
	if a.Globals.APIURL != "" {
		return devops.NormalizeURL(a.Globals.APIURL)
	}
	return devops.NormalizeURL(cmp.Or(a.settings.APIURL, devops.DefaultURL))
}

// URLRequested reports whether a flag or the environment names a service.
func (a *App) URLRequested() bool { return a.Globals.APIURL != "" || a.settings.APIURL != "" }

// OtherService says that the credential of a flag or variable went to another service
// than that of the current profile, which a user may have meant, and the command for it.
// It is empty where that is not so.
func (a *App) OtherService() (hint, command string) {
	if a.session == nil || a.sandboxed || a.session.Profile.Name != "" || a.URLRequested() {
		return "", ""
	}
	p, err := a.Profile()
	if err != nil {
		return "", ""
	}
	url, err := devops.NormalizeURL(cmp.Or(p.APIURL, devops.DefaultURL))
	if err != nil || url == a.session.APIURL {
		return "", ""
	}
	return "the token was sent to " + a.session.APIURL + ", the default; profile " + p.Name + " uses " + url, a.withFlag("--api-url " + url)
}
