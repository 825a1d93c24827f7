// Package post draws one post as lines of exactly the width it is given.
//
// It is pure: the same post and Look give the same lines, so that whoever shows
// them may keep them. What changes by the minute, the age, is put in when the
// line is shown. It draws every network alike, and knows no screen, no selection
// and no other post.
package post
