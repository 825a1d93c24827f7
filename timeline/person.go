package timeline

// Person is an entry of the address book: somebody, and who they are on each
// network.
type Person struct {
	Name    string   `json:"name"` // as typed after @, without it; unique whatever the case
	Handles []Handle `json:"handles"`
}

// Handle is a person on one network. A person may have several on one; the first
// is used.
type Handle struct {
	Network Network `json:"network"`
	Handle  string  `json:"handle"`        // @user@host, @handle, npub1…
	ID      string  `json:"id,omitempty"`  // Author.ID, once it was looked up
	URL     string  `json:"url,omitempty"` // the profile in a browser
}

// On returns the person's handle on a network.
func (p Person) On(n Network) (Handle, bool) {
	for _, h := range p.Handles {
		if h.Network == n {
			return h, true
		}
	}
	return Handle{}, false
}
