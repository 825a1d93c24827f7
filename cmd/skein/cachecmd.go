package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"skein/config"
	"skein/timeline"
	"skein/timeline/store"
)

func (a *app) cacheCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "cache", Short: "What was read before: how much it is, and less of it", Args: cobra.NoArgs, RunE: showHelp,
		Long: "The cache keeps every post that was read, for reading without a network and for\n" +
			"`skein search`. It can be thrown away: what it holds can be read again, as far as\n" +
			"the networks still have it. [cache] in config.toml says how large it may get.",
	}
	c.AddCommand(
		&cobra.Command{
			Use: "stat", Short: "Print how much was read, and what it takes on the disk", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return a.cacheStat(cmd.Context()) },
		},
		a.cacheTrimCommand(), a.cacheClearCommand(),
	)
	return c
}

// withCache opens the cache.
func (a *app) withCache(ctx context.Context, do func(*store.Cache) error) error {
	if err := a.setup(); err != nil {
		return err
	}
	cache, err := a.cache(ctx)
	if err != nil {
		return err
	}
	return do(cache)
}

// trimFlags are what `skein cache trim` can be told.
type trimFlags struct {
	olderThan string
	maxSize   string
	dry       bool
}

func (a *app) cacheTrimCommand() *cobra.Command {
	var f trimFlags
	c := &cobra.Command{
		Use: "trim", Short: "Forget the oldest posts", Args: cobra.NoArgs,
		Long: "trim forgets the oldest posts, down to the bounds given or, without any, to those\n" +
			"of the configuration. It may be interrupted, and other skeins may be reading.",
		Example: "  skein cache trim --older-than 90d\n  skein cache trim --max-size 500MB --dry-run",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.cacheTrim(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.olderThan, "older-than", "", "posts older than a SPAN such as 90d")
	c.Flags().StringVar(&f.maxSize, "max-size", "", "as many as are needed for the cache to take at most SIZE, such as 500MB")
	c.Flags().BoolVar(&f.dry, "dry-run", false, "only print how many that would be")
	return c
}

// bounds are those of the flags, or of the configuration where there are none.
func (f trimFlags) bounds(c config.Cache) (config.Cache, error) {
	if f.olderThan == "" && f.maxSize == "" {
		return c, nil
	}
	var b config.Cache
	if f.olderThan != "" {
		age, err := config.ParseSpan(f.olderThan)
		if err != nil || age <= 0 {
			return b, timeline.Errorf(timeline.CodeUsage, "--older-than %s: a span such as 90d or 36h", f.olderThan)
		}
		b.MaxAge = age
	}
	if f.maxSize != "" {
		size, err := config.ParseSize(f.maxSize)
		if err != nil || size <= 0 {
			return b, timeline.Errorf(timeline.CodeUsage, "--max-size %s: a size such as 500MB", f.maxSize)
		}
		b.MaxSize = size
	}
	return b, nil
}

// trimOptions are bounds as the cache takes them.
func trimOptions(bounds config.Cache) store.TrimOptions {
	return store.TrimOptions{OlderThan: time.Duration(bounds.MaxAge), MaxBytes: int64(bounds.MaxSize)}
}

func (a *app) cacheTrim(ctx context.Context, f trimFlags) error {
	return a.withCache(ctx, func(c *store.Cache) error {
		bounds, err := f.bounds(a.config.Cache)
		if err != nil {
			return err
		}
		bar := a.bar("trimming")
		defer bar.clear()
		o := trimOptions(bounds)
		o.Progress = bar.set
		trim := c.Trim
		if f.dry {
			trim = c.Forecast
		}
		trimmed, err := trim(ctx, o)
		if err != nil {
			return err
		}
		bar.clear()
		return a.printTrimmed(trimmed, f.dry)
	})
}

// trimmedJSON is what trim did, or would do.
type trimmedJSON struct {
	Type  string `json:"type"` // "trimmed"
	Posts int    `json:"posts"`
	Bytes int64  `json:"bytes"` // freed
	Dry   bool   `json:"dry_run,omitempty"`
}

func (a *app) printTrimmed(t store.Trimmed, dry bool) error {
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(trimmedJSON{"trimmed", t.Posts, t.Freed, dry})
	}
	text := fmt.Sprintf("%s forgotten, %v freed.\n", count(t.Posts, "post"), config.Size(t.Freed))
	switch {
	case t.Posts == 0:
		text = "Nothing is over the bounds.\n"
	case dry:
		text = fmt.Sprintf("About %s would be forgotten, and about %v freed.\n", count(t.Posts, "post"), config.Size(t.Freed))
	}
	_, err := io.WriteString(a.out, text)
	return err
}

func (a *app) cacheClearCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "clear", Short: "Forget everything that was read", Args: cobra.NoArgs,
		Long: "clear empties the cache. What you write, how far you have read and the address book\n" +
			"are kept. skein asks on a terminal, and wants --yes elsewhere.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.cacheClear(cmd.Context(), yes) },
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func (a *app) cacheClear(ctx context.Context, yes bool) error {
	return a.withCache(ctx, func(c *store.Cache) error {
		stat, err := c.Stat(ctx)
		if err != nil {
			return err
		}
		forgotten := warned{
			warning: count(stat.Posts, "post") + " would be forgotten; what the networks no longer have cannot be read again",
			yes:     "means it", question: "Forget them?", refused: "nothing was changed",
		}
		if err := a.sure(ctx, yes, forgotten); err != nil {
			return err
		}
		if err := c.Clear(ctx); err != nil {
			return err
		}
		if a.flags.json {
			return json.NewEncoder(a.out).Encode(struct {
				Type  string `json:"type"`
				Posts int    `json:"posts"`
			}{"cleared", stat.Posts})
		}
		_, err = fmt.Fprintf(a.out, "%s forgotten.\n", count(stat.Posts, "post"))
		return err
	})
}
