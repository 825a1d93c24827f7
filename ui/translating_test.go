package ui_test

import (
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

func TestTranslationStandsInForTheWords(t *testing.T) {
	nets := three()
	p := uitest.Post(timeline.Mastodon, "haiku", time.Second, "basho", "古池や")
	nets[0].Has(p)
	nets[0].Translates(p.ID, timeline.Translation{
		Text: timeline.PlainText(timeline.CleanLine("the old pond")), From: "ja", To: "en", Provider: timeline.CleanLine("a machine"),
	})
	uitest.Play(t, ui.Options{}, nets, func(s *uitest.Session) {
		s.Press("T")
		s.See("the old pond", "translated from ja into en by a machine; T shows the original")
		s.DontSee("古池や")
		liked := *p // what a network tells of it later does not bring the original back
		liked.Counts.Likes, liked.Revision = 7, 2
		nets[0].Posts(&liked)
		s.Settle()
		s.See("the old pond", "♥ 7")
		s.Press("T")
		s.See("古池や", "the original", "♥ 7")
		s.DontSee("the old pond", "translated from")
		s.Press("T")
		s.See("the old pond")
		s.Press("enter")
		s.Press("esc", "j", "T")
		s.See("translates nothing")
	})
}
