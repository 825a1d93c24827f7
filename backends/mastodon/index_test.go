package mastodon

import (
	"fmt"
	"sync"
	"testing"
)

func TestLRUIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	l := newLRU[int](100)
	l.put("used", 1)
	for i := range 10_000 {
		l.put(fmt.Sprint(i), i)
		if v, ok := l.get("used"); !ok || v != 1 {
			t.Fatalf("what is used was forgotten after %d others", i)
		}
		if n := len(l.young) + len(l.old); n > 100 {
			t.Fatalf("holds %d", n)
		}
	}
	for i := 10_000 - 49; i < 10_000; i++ {
		if v, ok := l.get(fmt.Sprint(i)); i >= 10_000-40 && (!ok || v != i) {
			t.Errorf("one of the newest, %d, is %d %v", i, v, ok)
		}
	}
	if _, ok := l.get("0"); ok {
		t.Error("the oldest is still there")
	}
}

func TestLRUConcurrently(t *testing.T) {
	l := newLRU[int](10)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 1000 {
				l.update("n", func(was int, _ bool) int { return was + 1 })
				l.put(fmt.Sprint(i), i)
				l.get("n")
				l.get(fmt.Sprint(i / 2))
			}
		})
	}
	wg.Wait()
}
