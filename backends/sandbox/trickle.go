package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"
)

// pauses are the uneven waits between people who do not know of each other.
type pauses struct {
	rng  *rand.Rand
	mean time.Duration
}

func newPauses(seed int64, mean time.Duration) *pauses {
	return &pauses{
		rng:  rand.New(rand.NewPCG(uint64(seed), 0x747269636b6c65)), //nolint:gosec // G404: when a demo's people speak is no secret
		mean: mean,
	}
}

// next is between 70 and 130 per cent of the mean.
func (p *pauses) next() time.Duration {
	return time.Duration(float64(p.mean) * (0.7 + 0.6*p.rng.Float64()))
}

// trickle publishes the world's later posts one by one until they are all out or
// ctx is done.
func (s *Sandbox) trickle(ctx context.Context, wait *pauses) {
	timer := time.NewTimer(wait.next())
	defer timer.Stop()
	deeds := s.world.LaterDeeds
	for i, p := range s.world.Later {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		err := s.Publish(p)
		if i%eachDeed == 0 && len(deeds) > 0 {
			err = errors.Join(err, s.Do(deeds[i/eachDeed%len(deeds)]))
		}
		if err != nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "sandbox: a post of the trickle was refused", slog.Any("err", err))
		}
		timer.Reset(wait.next())
	}
}

// eachDeed is how many posts of the trickle one deed goes with. The deeds begin again
// when they are through.
const eachDeed = 2
