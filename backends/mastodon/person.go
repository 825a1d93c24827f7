package mastodon

import (
	"net/url"
	"strings"
	"unicode"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// author converts what a post carries of its writer.
func (d *decoder) author(a *masto.Account) timeline.Author {
	au := timeline.Author{
		ID:     d.personID(a.Acct),
		Handle: d.handle(a.Acct),
		Name:   timeline.CleanLine(a.DisplayName),
		Avatar: webAddress(a.AvatarStatic),
		URL:    webAddress(a.URL),
		Bot:    a.Bot,
	}
	if au.Avatar.Empty() {
		au.Avatar = webAddress(a.Avatar)
	}
	if au.Name.Empty() {
		au.Name = au.Handle
	}
	return au
}

// personID is user@host for an acct, which lacks the host for the server's own
// people; "" when acct has not that form.
func (d *decoder) personID(acct string) string {
	user, host, remote := strings.Cut(strings.TrimPrefix(acct, "@"), "@")
	if !remote {
		host = d.domain
	}
	if !validUser(user) || !validHost(host) {
		return ""
	}
	return user + "@" + strings.ToLower(host)
}

// handle is how a person is shown. An acct of another form is shown as it is.
func (d *decoder) handle(acct string) timeline.Safe {
	if id := d.personID(acct); id != "" {
		return timeline.CleanLine("@" + id)
	}
	return timeline.CleanLine(acct)
}

// acct is what this server calls the person: without a host when it is its own.
func (d *decoder) acct(person string) string {
	return strings.TrimSuffix(person, "@"+d.domain)
}

// validUser tells whether s can be the local part of a handle.
func validUser(s string) bool {
	const longest = 128
	if s == "" || len(s) > longest {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-~", r) {
			return false
		}
	}
	return true
}

// validHost tells whether s can be a host, with or without a port.
func validHost(s string) bool {
	const longest = 253 + len(":65535")
	if s == "" || len(s) > longest {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-:[]", r) {
			return false
		}
	}
	return true
}

// webAddress is s where it is an http(s) address, percent-encoded, else "".
func webAddress(s string) timeline.Safe {
	const longest = 2048
	if s == "" || len(s) > longest {
		return timeline.Safe{}
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return timeline.Safe{}
	}
	safe := timeline.CleanLine(u.String())
	if safe.String() != u.String() {
		return timeline.Safe{} // what CleanLine changes would lead somewhere else
	}
	return safe
}
