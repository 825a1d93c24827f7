// Package media makes files ready for upload: what they are is told by their
// bytes, where they were taken is taken out, pictures are turned upright and made
// as small as the network wants them.
//
//	path ──Inspect──► Found           before the draft is planned
//	path ──Fit──────► path in dir     before it is uploaded
//
// What can be kept as it is is kept: of a picture that fits and stands upright only
// the segments go that are no picture, and nothing is compressed again. Of videos
// no frame is ever touched.
//
// It knows no network but by its timeline.Limits. Files are hostile: sizes in them
// are believed only within the file's own, and no picture is decoded before its
// header has told how large it gets.
package media
