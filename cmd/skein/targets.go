package main

import (
	"slices"
	"strings"

	"skein/config/account"
	"skein/timeline"
)

// everyone is the name that means every account which can write.
const everyone = "all"

// chosen are the accounts that names mean: an account's own name, a network's, or
// "all". Without names they are the accounts that can write, but for those that the
// person has new posts leave out.
func chosen(records []account.Record, names []string) ([]timeline.AccountID, error) {
	if len(records) == 0 {
		return nil, noAccounts()
	}
	if len(names) == 0 {
		usual := slices.DeleteFunc(slices.Clone(records), func(r account.Record) bool { return !r.Posts() })
		if len(usual) == 0 {
			return nil, refusef("new posts leave all your accounts out: --to names one, `skein account default NAME` for good")
		}
		records, names = usual, []string{everyone}
	}
	var ids []timeline.AccountID
	for _, name := range names {
		more, err := named(records, strings.TrimSpace(name))
		if err != nil {
			return ids, err
		}
		for _, r := range more {
			if id := timeline.AccountID(r.ID); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

// named are the accounts that one name means. An account's own name is the more
// particular one. Of several accounts those that only read are left out.
func named(records []account.Record, name string) ([]account.Record, error) {
	i, err := account.Find(records, name)
	if err == nil {
		return records[i : i+1], nil
	}
	var all, writing []account.Record
	for _, r := range records {
		if name == everyone || strings.EqualFold(r.Network, name) {
			all = append(all, r)
			if !r.ReadOnly {
				writing = append(writing, r)
			}
		}
	}
	switch {
	case len(all) == 0:
		return nil, refusef("%w", err)
	case len(writing) == 0: // refused one by one, with the reason
		return all, nil
	}
	return writing, nil
}
