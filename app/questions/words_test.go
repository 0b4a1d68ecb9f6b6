package questions

import (
	"encoding/json"
	"os"
	"testing"
)

// TestCountWords: the vectors hold for the page's count, too, as the browser test of the exam room asks.
func TestCountWords(t *testing.T) {
	doc, err := os.ReadFile("testdata/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Text  string
		Words int
	}
	if err := json.Unmarshal(doc, &vectors); err != nil || len(vectors) < 10 {
		t.Fatal(vectors, err)
	}
	for _, v := range vectors {
		if got := CountWords(v.Text); got != v.Words {
			t.Errorf("%q has %d words, want %d", v.Text, got, v.Words)
		}
	}
}
