package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"

	triage "github.com/bavn/bavn/services/triage/app"
)

// incidentTexts writes what a million tickets say: in Danish, Swedish and English, a few words again and again and most of them
// seldom, as Zipf found, and each ticket about one of some thousand topics, so that many are alike. The same seed gives the same
// texts, and ticket i can be written again by itself.
type incidentTexts struct {
	seed      uint64
	languages [3]tongue
}

// tongue is a language as support desks write it.
type tongue struct {
	code string
	// share of a hundred tickets that are in it.
	share int
	// function words hold sentences together; every language's search configuration leaves them out.
	function []string
	// words by rank: those of the trade first, then made-up ones of the language's syllables.
	words []string
	// endings are what makes another form of the same word.
	endings []string
}

const (
	vocabulary = 60_000 // words of a language
	topics     = 3_000
	topicWords = 80
	errorCodes = 4_000 // error codes that come up again
	hosts      = 2_500
	// zipfS and zipfV shape the curve: rank r comes up in proportion to 1/(v+r)^s.
	zipfS, zipfV = 1.08, 3
)

func newIncidentTexts(seed uint64) *incidentTexts {
	t := &incidentTexts{seed: seed, languages: [3]tongue{
		{
			code: "da", share: 70,
			function: strings.Fields("og i at det er en den til på de med han af for ikke der var et men som har om så vi"),
			words: strings.Fields(`fejl adgang bruger system login besked skærm journal medicinkort net forbindelse server svar
				opdatering certifikat kode printer mail dokument borger recept læge region kommune tjeneste drift test data liste
				knap side vindue program maskine kald svartid kø nøgle rolle rettighed aftale henvisning blanket register opslag`),
			endings: []string{"", "en", "er", "erne", "et"},
		},
		{
			code: "sv", share: 15,
			function: strings.Fields("och i att det är en den till på de med han av för inte var ett men som har om så vi"),
			words: strings.Fields(`fel åtkomst användare system inloggning meddelande skärm journal läkemedel nät anslutning server
				svar uppdatering certifikat kod skrivare mejl dokument invånare recept läkare region kommun tjänst drift test data lista
				knapp sida fönster program dator anrop svarstid kö nyckel roll behörighet avtal remiss blankett register sökning`),
			endings: []string{"", "en", "er", "erna", "et"},
		},
		{
			code: "en", share: 15,
			function: strings.Fields("and in to that it is a the of on they with he for not was but as has if so we by from"),
			words: strings.Fields(`error access user system login message screen record medicine network connection server answer
				update certificate code printer mail document citizen prescription doctor region county service operation test data
				list button page window program machine call latency queue key role permission agreement referral form register lookup`),
			endings: []string{"", "s", "ed", "ing"},
		},
	}}
	for i := range t.languages {
		t.languages[i].coin(rand.New(rand.NewPCG(seed, uint64(i)))) //nolint:gosec // texts, not secrets
	}
	return t
}

// coin fills the vocabulary with words that nobody says and that look like the language.
func (l *tongue) coin(r *rand.Rand) {
	syllables := map[string][]string{
		"da": strings.Fields(`for be sam til ud ind ned op frem mod gav sten skov land bro hav vej tid ord mål krav bag side kant lys
			ler vind rør`),
		"sv": strings.Fields(`för be sam till ut in ned upp fram mot gåv sten skog land bro hav väg tid ord mål krav bak sida kant ljus
			ler vind rör`),
		"en": strings.Fields(`for be con pre out in down up fore back gift stone wood land bridge sea way time word goal claim side edge
			light clay wind pipe`),
	}[l.code]
	seen := map[string]bool{}
	for _, w := range l.words {
		seen[w] = true
	}
	for len(l.words) < vocabulary {
		var word strings.Builder
		for range 2 + r.IntN(2) {
			word.WriteString(syllables[r.IntN(len(syllables))])
		}
		word.WriteString(string("bdfgklmnprstv"[r.IntN(13)]) + string("aeiouy"[r.IntN(6)]) + string("dgklmnrst"[r.IntN(9)]))
		if w := word.String(); !seen[w] {
			seen[w] = true
			l.words = append(l.words, w)
		}
	}
}

// writer writes one ticket.
type writer struct {
	*rand.Rand
	*tongue
	general, topical *rand.Zipf
	topic            uint64
}

func (t *incidentTexts) writer(i int) writer {
	r := rand.New(rand.NewPCG(t.seed, 1_000_000+uint64(i))) //nolint:gosec // texts, not secrets
	w := writer{
		Rand: r, general: rand.NewZipf(r, zipfS, zipfV, vocabulary-1), topical: rand.NewZipf(r, 1.2, 4, topicWords-1),
		topic: rand.NewZipf(r, 1.1, 30, topics-1).Uint64(),
	}
	language := r.IntN(100)
	for j := range t.languages {
		w.tongue = &t.languages[j]
		if language -= w.share; language < 0 {
			break
		}
	}
	return w
}

// text is what ticket i says.
func (t *incidentTexts) text(i int) triage.SeedTexts {
	w := t.writer(i)
	return triage.SeedTexts{
		LanguageCode: w.code, Title: w.sentence(3 + w.IntN(4)), Description: w.description(), Solution: w.sentence(4 + w.IntN(6)),
	}
}

func (w writer) description() string {
	sentences := make([]string, 2+w.IntN(3))
	for i := range sentences {
		sentences[i] = w.sentence(6 + w.IntN(10))
	}
	if w.IntN(4) == 0 {
		sentences = append(sentences, fmt.Sprintf("E%05d", w.IntN(errorCodes)))
	}
	if w.IntN(5) == 0 {
		sentences = append(sentences, fmt.Sprintf("srv%04d", w.IntN(hosts)))
	}
	return strings.Join(sentences, ". ")
}

func (w writer) sentence(length int) string {
	words := make([]string, length)
	for i := range words {
		words[i] = w.word()
	}
	return strings.Join(words, " ")
}

// word is a function word, one of the language, or one of the topic, in any form.
func (w writer) word() string {
	var word string
	switch dice := w.IntN(100); {
	case dice < 35:
		return w.function[w.IntN(len(w.function))]
	case dice < 70:
		word = w.words[w.general.Uint64()]
	default:
		word = w.words[w.ofTopic(w.topical.Uint64())]
	}
	return word + w.endings[w.IntN(len(w.endings))]
}

// ofTopic is the rank in the language of a topic's word: anywhere, so that some are common and most are rare.
func (w writer) ofTopic(n uint64) uint64 {
	mixed := (w.topic*topicWords + n + 1) * 0x9e3779b97f4a7c15
	mixed ^= mixed >> 29
	return 50 + mixed%(vocabulary-50)
}

// retold is ticket i in other words, as somebody else reports the same fault: three words in ten are left out, others come in
// another form, in another order or are exchanged, and something is added.
func (t *incidentTexts) retold(i int) string {
	original := t.text(i)
	w := t.writer(i)
	w.Rand = rand.New(rand.NewPCG(t.seed+1, uint64(i))) //nolint:gosec // texts, not secrets
	w.general, w.topical = rand.NewZipf(w.Rand, zipfS, zipfV, vocabulary-1), rand.NewZipf(w.Rand, 1.2, 4, topicWords-1)
	var words []string
	for _, word := range strings.Fields(original.Title + " " + original.Description) {
		switch dice := w.IntN(100); {
		case dice < 30:
			continue
		case dice < 45:
			word = w.word()
		}
		words = append(words, strings.TrimSuffix(word, "."))
	}
	for range 6 {
		words = append(words, w.word())
	}
	w.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
	return strings.Join(words, " ")
}

// rareWords are two or three words of ticket i that few tickets have.
func (t *incidentTexts) rareWords(i int) string {
	w := t.writer(i)
	words := make([]string, 2+w.IntN(2))
	for j := range words {
		words[j] = w.words[vocabulary/6+w.IntN(vocabulary*5/6)]
	}
	return strings.Join(words, " ")
}

// commonWords are two or three words that come up everywhere.
func (t *incidentTexts) commonWords(i int) string {
	w := t.writer(i)
	words := make([]string, 2+w.IntN(2))
	for j := range words {
		words[j] = w.words[w.IntN(25)]
	}
	return strings.Join(words, " ")
}
