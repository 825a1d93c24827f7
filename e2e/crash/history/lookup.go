package history

import "slices"

// post finds one that is there.
func (c *checker) post(network, id string) (Post, bool) {
	i := slices.IndexFunc(c.Truth.Posts, func(p Post) bool { return p.Network == network && p.ID == id })
	if i < 0 {
		return Post{}, false
	}
	return c.Truth.Posts[i], true
}

// deleted tells whether somebody asked for a post to be deleted.
func (c *checker) deleted(network, id string) bool {
	return slices.ContainsFunc(c.Journal, func(d Delivery) bool {
		return d.Kind == KindDelete && d.Network == network && d.On == id
	})
}

// marks are those of all three stories, sorted.
func (c *checker) marks() []Mark {
	var all []Mark
	for _, a := range c.Asked {
		all = append(all, a.Mark)
	}
	for _, d := range c.Journal {
		all = append(all, d.Mark)
	}
	for _, p := range c.Truth.Posts {
		m, _ := Read(p.Text)
		all = append(all, m)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(m Mark) bool { return m == "" })
}

// networks are those of all three stories, sorted.
func (c *checker) networks() []string {
	var all []string
	for _, a := range c.Asked {
		all = append(all, a.Networks...)
	}
	for _, d := range c.Journal {
		all = append(all, d.Network)
	}
	for _, p := range c.Truth.Posts {
		all = append(all, p.Network)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// parent is the post that a text answers, "" for none.
func (c *checker) parent(m Mark) string {
	for _, a := range c.Asked {
		if a.Mark == m {
			return a.Parent
		}
	}
	return ""
}

// length is how many words a text has.
func (c *checker) length(m Mark) int {
	n := 1
	for _, a := range c.Asked {
		if a.Mark == m {
			n = max(n, a.Length)
		}
	}
	return n
}
