package nostr

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strconv"

	"skein/timeline"
)

// form is a multipart body around a file that is not read into memory.
type form struct {
	head, tail  string
	contentType string
}

// newForm makes NIP-96's form: the file comes last.
func newForm(f timeline.Attachment) (form, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range [][2]string{
		{"size", strconv.FormatInt(f.Size, 10)},
		{"content_type", f.Type},
		{"alt", f.Alt},
		{"caption", f.Alt},
		{"expiration", ""},
		{"no_transform", "true"},
	} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return form{}, fmt.Errorf("form: %w", err)
		}
	}
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="file"; filename="file"`)
	head.Set("Content-Type", f.Type)
	if _, err := w.CreatePart(head); err != nil {
		return form{}, fmt.Errorf("form: %w", err)
	}
	n := b.Len()
	if err := w.Close(); err != nil {
		return form{}, fmt.Errorf("form: %w", err)
	}
	all := b.String()
	return form{head: all[:n], tail: all[n:], contentType: w.FormDataContentType()}, nil
}
