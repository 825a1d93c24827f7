package pds

// The views of app.bsky.feed.defs, app.bsky.actor.defs and app.bsky.embed, made
// from records. The server's mu is held throughout.

// feedView is an item of a feed: a post, or a repost of one, nil when the
// reposted post is gone.
func (s *Server) feedView(viewer *person, r *record) object {
	post, out := r, object{}
	if r.collection == colRepost {
		if post = s.records[dig(r.value, "subject", "uri")]; post == nil {
			return nil
		}
		out["reason"] = object{
			"$type": "app.bsky.feed.defs#reasonRepost", "by": s.profileBasic(viewer, s.people[r.did]),
			"uri": r.uri, "cid": r.cid, "indexedAt": stamp(r.indexed),
		}
	}
	out["post"] = s.postView(viewer, post)
	if parent := dig(post.value, "reply", "parent", "uri"); parent != "" {
		out["reply"] = object{
			"root":   s.replyView(viewer, dig(post.value, "reply", "root", "uri")),
			"parent": s.replyView(viewer, parent),
		}
	}
	return out
}

func (s *Server) replyView(viewer *person, uri string) object {
	r := s.records[uri]
	if r == nil {
		return notFound(uri)
	}
	v := s.postView(viewer, r)
	v["$type"] = "app.bsky.feed.defs#postView"
	return v
}

// postView is app.bsky.feed.defs#postView.
func (s *Server) postView(viewer *person, r *record) object {
	out := s.postFacts(viewer, r)
	out["record"] = r.value
	if embed := s.embedView(viewer, r, true); embed != nil {
		out["embed"] = embed
	}
	if g := s.threadgate(r); g != nil {
		out["threadgate"] = threadgateView(g)
	}
	if viewer != nil {
		state := object{
			"bookmarked": s.bookmarked(viewer, r.uri), "threadMuted": false,
			"replyDisabled": !s.mayReply(viewer, r), "embeddingDisabled": !s.mayQuote(viewer.did, r),
		}
		if like := s.by(viewer, link{colLike, r.uri}); like != nil {
			state["like"] = like.uri
		}
		if repost := s.by(viewer, link{colRepost, r.uri}); repost != nil {
			state["repost"] = repost.uri
		}
		out["viewer"] = state
	}
	return out
}

// postFacts is what a post and a quoted post have in common.
func (s *Server) postFacts(viewer *person, r *record) object {
	return object{
		"uri": r.uri, "cid": r.cid, "author": s.profileBasic(viewer, s.people[r.did]),
		"indexedAt": stamp(r.indexed), "labels": selfLabels(r),
		"replyCount":  len(s.about[link{"reply", r.uri}]),
		"repostCount": s.pointing(link{colRepost, r.uri}) + r.boosts,
		"likeCount":   s.pointing(link{colLike, r.uri}) + r.likes,
		"quoteCount":  len(s.about[link{"quote", r.uri}]),
	}
}

// selfLabels are the labels that an author put on a post.
func selfLabels(r *record) []object {
	out := []object{}
	labels, _ := r.value["labels"].(object)
	values, _ := labels["values"].([]any)
	for _, v := range values {
		if l, ok := v.(object); ok {
			out = append(out, object{"src": r.did, "uri": r.uri, "cid": r.cid, "val": l["val"], "cts": stamp(r.created)})
		}
	}
	return out
}

// embedView shows what a post embeds; a quoted post's own quotes are not opened.
func (s *Server) embedView(viewer *person, r *record, open bool) object {
	embed, ok := r.value["embed"].(object)
	if !ok {
		return nil
	}
	switch embed["$type"] {
	case "app.bsky.embed.record":
		return object{"$type": "app.bsky.embed.record#view", "record": s.quoteView(viewer, r, open)}
	case "app.bsky.embed.recordWithMedia":
		media, _ := embed["media"].(object)
		return object{
			"$type": "app.bsky.embed.recordWithMedia#view", "media": s.mediaView(r.did, media),
			"record": object{"record": s.quoteView(viewer, r, open)},
		}
	}
	return s.mediaView(r.did, embed)
}

func (s *Server) mediaView(did string, embed object) object {
	switch embed["$type"] {
	case "app.bsky.embed.images":
		return object{"$type": "app.bsky.embed.images#view", "images": s.imageViews(did, embed)}
	case "app.bsky.embed.video":
		return s.videoView(did, embed)
	case "app.bsky.embed.external":
		return object{"$type": "app.bsky.embed.external#view", "external": s.cardView(did, embed)}
	}
	return nil
}

func (s *Server) imageViews(did string, embed object) []object {
	images, _ := embed["images"].([]any)
	out := make([]object, 0, len(images))
	for _, i := range images {
		image, ok := i.(object)
		if !ok {
			continue
		}
		cid := blobCID(image["image"])
		v := object{
			"alt": image["alt"], "thumb": s.imageURL("feed_thumbnail", did, cid),
			"fullsize": s.imageURL("feed_fullsize", did, cid),
		}
		if ratio := image["aspectRatio"]; ratio != nil {
			v["aspectRatio"] = ratio
		}
		out = append(out, v)
	}
	return out
}

// videoView is app.bsky.embed.video#view. What it calls a playlist is the file.
func (s *Server) videoView(did string, embed object) object {
	cid := blobCID(embed["video"])
	out := object{"$type": "app.bsky.embed.video#view", "cid": cid, "playlist": s.imageURL("video", did, cid)}
	for _, name := range []string{"alt", "aspectRatio", "presentation"} {
		if v := embed[name]; v != nil {
			out[name] = v
		}
	}
	return out
}

func (s *Server) cardView(did string, embed object) object {
	card, _ := embed["external"].(object)
	out := object{"uri": card["uri"], "title": card["title"], "description": card["description"]}
	if cid := blobCID(card["thumb"]); cid != "" {
		out["thumb"] = s.imageURL("feed_thumbnail", did, cid)
	}
	return out
}

// quoteView is app.bsky.embed.record#viewRecord of what a post quotes, or why there
// is none.
func (s *Server) quoteView(viewer *person, quoting *record, open bool) object {
	uri := quoting.quoted()
	r := s.records[uri]
	if r == nil || r.collection != colPost {
		return object{"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": true}
	}
	if !s.mayQuote(quoting.did, r) {
		return object{"$type": "app.bsky.embed.record#viewDetached", "uri": uri, "detached": true}
	}
	out := s.postFacts(viewer, r)
	out["$type"], out["value"] = "app.bsky.embed.record#viewRecord", r.value
	if !open {
		return out
	}
	if embed := s.embedView(viewer, r, false); embed != nil {
		out["embeds"] = []object{embed}
	}
	return out
}
