package specimen

import (
	"math"
	"strings"
)

// vocabulary is how many words a language has here.
const vocabulary = 60_000

// language is how text of one language is made.
type language struct {
	code      string
	given     []string
	family    []string
	common    []string // the most frequent words
	syllables []string // of which the others are made
	joined    bool     // written without spaces
}

// languages are those of posts, the frequent ones more than once.
func languages() []*language {
	en := &language{
		code: "en", given: latinNames(), family: []string{"Smith", "Okafor", "Lindqvist", "Murphy", "O’Neill", "Baker", "Nguyen", "Wright", "Castellanos", "Hughes"},
		common: strings.Fields(`the to a of and i in is it that for you on my this with be have are not but at was just so as what if all we
			like they can me about no or out do up from how one your get when more there people time has an new will by would who know think
			now good some really their had been see go its our even than us only why because want today still make need way them day work
			love much never here other first thing world something great well back right should those really look things thank every very
			years any being most over last could year got always life into going take find game before says anyone read book own open source
			server code coffee train garden photo music election climate city rain morning`),
		syllables: strings.Fields("ing er tion al re con ter pro com in de an ment ble ver par sta tri lo mi ra den sun ca fo gra ple stre whi clo ber han mor kin wel dis pol ju vex ny thr"),
	}
	de := &language{
		code: "de", given: []string{"Jürgen", "Anke", "Lena", "Björn", "Katharina"}, family: []string{"Müller", "Weiß", "Schröder", "Vogel"},
		common:    strings.Fields("und die der ich das ist nicht zu es in den mit auch auf ein für sich wir man aber so hat noch wie nur bei von dem eine als oder wenn schon mehr heute immer sehr können über möchte Straße Zug Wetter"),
		syllables: strings.Fields("ung ver lich schaft ge be er auf heit keit zeug werk bahn hof stadt land tag nach über stell schreib lauf mäß grün früh zwisch end los bar"),
	}
	es := &language{
		code: "es", given: []string{"José", "María", "Íñigo", "Lucía"}, family: []string{"García", "Muñoz", "Peña", "Ibáñez"},
		common:    strings.Fields("de la que el en y a los se no un por con una su para es al lo como más pero sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos día año"),
		syllables: strings.Fields("ción mente ado ida ero ista pre tra com des con par tor lla ña rra ble gue que bre mar sol pue dad bil per"),
	}
	fr := &language{
		code: "fr", given: []string{"Hélène", "François", "Zoé", "Loïc"}, family: []string{"Lefèvre", "Dubois", "Bérenger"},
		common:    strings.Fields("de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ont être cette mais comme on tout nous sa fait été aussi leur bien peut ces y deux même jour ça"),
		syllables: strings.Fields("ment tion eur aux ère elle ique pré com dé ré tra par ver gou lieu mou vée phra cha bri ain oir"),
	}
	ja := &language{
		code: "ja", given: []string{"さくら", "健太", "美咲", "ゆき"}, family: []string{"田中", "佐藤", "鈴木", "高橋"}, joined: true,
		common:    strings.Fields("の に は を た が で て と し れ さ ある いる も する から な こと として い や れる など なっ ない この ため その あっ よう また もの という あり まで られ なる へ か だ これ によって により おり より による 今日 人 時間 日本 本当 写真"),
		syllables: strings.Fields("東 京 電 車 雨 朝 猫 犬 食 飲 見 行 来 新 聞 学 校 会 社 音 楽 映 画 ア イ ス ク リ ー ム ト レ ン 生 活 思 言 書 読 気 持 天 空 海 山 川"),
	}
	ar := &language{
		code: "ar", given: []string{"ليلى", "محمد", "نور"}, family: []string{"الخطيب", "حداد", "منصور"},
		common:    strings.Fields("في من على أن إلى هذا التي الذي عن مع ما لا كان هذه كل بعد غير حتى أو ذلك بين عند قد لم يوم هو هي اليوم"),
		syllables: strings.Fields("ال مد كت سل قر نا بح فر شم عل جم ون ات ين ير وا"),
	}
	pt := &language{
		code: "pt", given: []string{"João", "Inês", "Conceição"}, family: []string{"Gonçalves", "Araújo"},
		common:    strings.Fields("de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo"),
		syllables: strings.Fields("ção mente ado inho eira dade pre con tra por bra lha nha mar sol vel gem ões"),
	}
	th := &language{
		code: "th", given: []string{"สมชาย", "มาลี"}, family: []string{"ใจดี"}, joined: true,
		common:    strings.Fields("ที่ และ เป็น มี ใน ของ ได้ ไม่ จะ ให้ ว่า การ ไป มา กับ คน นี้ วัน ดี"),
		syllables: strings.Fields("กา รา นา มา ลา ขา เมือง ฝน แมว กิน นอน"),
	}
	return []*language{en, en, en, en, en, en, en, en, en, en, en, de, de, es, es, fr, ja, ja, ja, pt, ar, th}
}

func latinNames() []string {
	return []string{"Ana", "Ben", "Chloe", "Dmitri", "Elsa", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Mona", "Nils", "Olga", "Petra", "Quinn", "Rosa", "Sven", "Tara", "Uma", "Vera", "Wim", "Yusuf", "Zora"}
}

func emoji() []string {
	return []string{"😀", "😂", "🥲", "🎉", "🔥", "❤️", "👀", "🙏", "🌈", "🏳️‍🌈", "👩🏽‍💻", "🐈", "🦋", "🇯🇵", "☕️", "📷", "🚲", "🌧️", "✨", "👍🏿"}
}

func topics() []string {
	return []string{"caturday", "photography", "Linux", "rust", "golang", "nowplaying", "news", "art", "bitcoin", "introduction", "birds", "ttrpg", "WritingCommunity", "monochrome", "FediTips", "nostr", "climate", "gamedev"}
}

func (w *world) language() *language { return pick(w, w.langs) }

// word is a word of a language: few are frequent, most are rare.
func (w *world) word(l *language) string {
	rank := int(w.words.Uint64())
	if rank < len(l.common) {
		return l.common[rank]
	}
	rank -= len(l.common) // always the same word for a rank
	var b strings.Builder
	for n := len(l.syllables); b.Len() == 0 || rank > 0; rank /= n {
		b.WriteString(l.syllables[rank%n])
	}
	return b.String()
}

// length draws how many bytes a text has: half of all have more than 140.
func (w *world) length(longest int) int {
	return min(longest, max(12, int(140*math.Exp(0.85*w.rand.NormFloat64()))))
}

// prose is a text of about so many bytes.
func (w *world) prose(l *language, length int) string {
	var b strings.Builder
	b.Grow(length + 32)
	upper := true
	for b.Len() < length {
		word := w.word(l)
		if upper && word[0] >= 'a' && word[0] <= 'z' {
			word = string(word[0]-32) + word[1:]
		}
		upper = false
		b.WriteString(word)
		switch n := w.rand.IntN(100); {
		case n < 7:
			b.WriteString(pick(w, []string{". ", "! ", "? ", ".\n\n"}))
			upper = true
		case n < 13:
			b.WriteString(", ")
		case n < 14:
			b.WriteString(" " + pick(w, emoji()) + " ")
		case !l.joined:
			b.WriteByte(' ')
		}
	}
	return strings.TrimSpace(b.String())
}
