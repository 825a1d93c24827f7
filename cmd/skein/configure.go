package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"skein/config"
	"skein/timeline"
	"skein/ui"
)

func (a *app) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "config", Short: "Print the configuration that is in force", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.setup(); err != nil {
				return err
			}
			if a.flags.json {
				return a.printConfigJSON()
			}
			text, err := a.config.TOML()
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.out, text)
			return err
		},
	}
	c.AddCommand(
		&cobra.Command{
			Use: "path", Short: "Print where the files are", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return a.printPaths() },
		},
		&cobra.Command{
			Use: "check", Short: "Check the configuration", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				if err := a.setup(); err != nil {
					return err
				}
				return a.configIsFine(a.config, a.paths.Config)
			},
		},
		&cobra.Command{
			Use: "edit", Short: "Open the configuration in $EDITOR, then check it", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return a.editConfig(cmd) },
		},
	)
	return c
}

func (a *app) printPaths() error {
	if err := a.setup(); err != nil {
		return err
	}
	places := []struct{ What, Path string }{
		{"config", a.paths.Config},
		{"accounts", a.paths.Accounts()},
		{"secrets", a.paths.Secrets()},
		{"state", a.paths.State},
		{"cache", a.paths.Cache},
		{"log", a.paths.Log()},
	}
	if a.flags.json {
		all := map[string]string{"type": "paths"}
		for _, p := range places {
			all[p.What] = p.Path
		}
		return json.NewEncoder(a.out).Encode(all)
	}
	for _, p := range places {
		if _, err := fmt.Fprintf(a.out, "%-9s %s\n", p.What, p.Path); err != nil {
			return err
		}
	}
	return nil
}

// editConfig must work where the configuration is wrong, so it does not read it
// first.
func (a *app) editConfig(cmd *cobra.Command) error {
	home, _ := a.env("SKEIN_HOME")
	paths, err := config.FindPaths(a.flags.config, home)
	if err != nil {
		return err
	}
	if err := config.MakePrivate(paths.Dir); err != nil {
		return err
	}
	if err := a.edit(cmd.Context(), paths.Config); err != nil {
		return err
	}
	c, _, err := config.Load(paths)
	if err != nil {
		return err
	}
	return a.configIsFine(c, paths.Config)
}

// configIsFine says so, unless the keys or tabs are not, and which actions the person's
// keys have left without one.
func (a *app) configIsFine(c config.Config, file string) error {
	if err := ui.CheckKeys(c.Keys); err != nil {
		return &config.Error{File: file, Message: err.Error()}
	}
	for i, t := range c.Tabs {
		if _, err := configuredTab(t); err != nil {
			return &config.Error{File: file, Message: fmt.Sprintf("tab %d: %s", i+1, timeline.AsError(err).Message)}
		}
	}
	r := checkResult{Type: "check", What: "configuration", Result: good, Message: timeline.CleanLine(file)}
	text := file + " is fine.\n"
	if left := ui.Keyless(c.Keys); len(left) > 0 {
		note := "[keys] leaves these actions without a key, only the palette runs them: " + strings.Join(left, ", ")
		r.Facts = append(r.Facts, timeline.CleanLine(note))
		text += note + "\n"
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(r)
	}
	_, err := io.WriteString(a.out, text)
	return err
}

// printConfigJSON prints the configuration by the names that the file has.
func (a *app) printConfigJSON() error {
	text, err := a.config.TOML()
	if err != nil {
		return err
	}
	all := map[string]any{}
	if err := toml.Unmarshal([]byte(text), &all); err != nil {
		return fmt.Errorf("the configuration as JSON: %w", err)
	}
	all["type"] = "config"
	return json.NewEncoder(a.out).Encode(all)
}
