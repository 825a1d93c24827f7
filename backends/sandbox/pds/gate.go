package pds

// Gates say who may answer a thread and quote a post. Like an AppView the sandbox
// tells clients of them and shows no quote that is against them; like a PDS it takes
// every record. The server's mu is held throughout.

// gate is the record beside a post, of its own author and under its own key.
func (s *Server) gate(collection string, post *record) *record {
	g := s.records["at://"+post.did+"/"+collection+"/"+post.rkey]
	if g == nil || dig(g.value, "post") != post.uri {
		return nil
	}
	return g
}

// threadgate is the gate of the thread that a post belongs to.
func (s *Server) threadgate(post *record) *record {
	if root := dig(post.value, "reply", "root", "uri"); root != "" {
		if post = s.records[root]; post == nil {
			return nil
		}
	}
	return s.gate(colThreadgate, post)
}

// mayReply tells whether a thread's gate lets somebody in.
func (s *Server) mayReply(viewer *person, post *record) bool {
	g := s.threadgate(post)
	if g == nil || viewer.did == g.did {
		return true
	}
	rules, limited := g.value["allow"].([]any)
	if !limited {
		return true
	}
	for _, r := range rules {
		rule, _ := r.(object)
		switch rule["$type"] {
		case colThreadgate + "#followerRule":
			if s.by(viewer, link{colFollow, g.did}) != nil {
				return true
			}
		case colThreadgate + "#followingRule":
			if s.by(s.people[g.did], link{colFollow, viewer.did}) != nil {
				return true
			}
		case colThreadgate + "#mentionRule":
			if mentions(s.records[dig(g.value, "post")], viewer.did) {
				return true
			}
		}
	}
	return false
}

// mentions tells whether a post has a facet that names somebody.
func mentions(post *record, did string) bool {
	facets, _ := post.value["facets"].([]any)
	for _, f := range facets {
		facet, _ := f.(object)
		features, _ := facet["features"].([]any)
		for _, x := range features {
			if feature, ok := x.(object); ok && dig(feature, "did") == did {
				return true
			}
		}
	}
	return false
}

// mayQuote tells whether a post's gate lets somebody embed it. Its author always
// may.
func (s *Server) mayQuote(did string, post *record) bool {
	g := s.gate(colPostgate, post)
	if g == nil || did == post.did {
		return true
	}
	rules, _ := g.value["embeddingRules"].([]any)
	return len(rules) == 0
}

// threadgateView is app.bsky.feed.defs#threadgateView.
func threadgateView(g *record) object {
	return object{"uri": g.uri, "cid": g.cid, "record": g.value, "lists": []object{}}
}
