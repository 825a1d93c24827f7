package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"skein/config"
	"skein/timeline"
)

func (a *app) outboxUnitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "unit [systemd|launchd]", Short: "Print a service that sends while no skein is open", Args: cobra.MaximumNArgs(1),
		Long: "unit prints a service of your own, for systemd or for launchd, that runs\n" +
			"`skein outbox drain --daemon`: what waits for its time or for the network is then\n" +
			"sent while no skein is open. How to install it stands in its first lines.",
		ValidArgs: []string{"systemd", "launchd"},
		RunE: func(_ *cobra.Command, args []string) error {
			kind := "systemd"
			if runtime.GOOS == "darwin" {
				kind = "launchd"
			}
			if len(args) == 1 {
				kind = args[0]
			}
			if err := a.setup(); err != nil {
				return err
			}
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("where this program is: %w", err)
			}
			var unit string
			switch kind {
			case "systemd":
				unit = systemdUnit(program, a.paths, a.home())
			case "launchd":
				unit = launchdUnit(program, a.paths.Config, a.home())
			default:
				return timeline.Errorf(timeline.CodeUsage, "unit %s: systemd or launchd", kind)
			}
			_, err = io.WriteString(a.out, unit)
			return err
		},
	}
}

// home is SKEIN_HOME, which a service has to be told.
func (a *app) home() string {
	home, _ := a.env("SKEIN_HOME")
	return home
}

// systemdUnit is a user unit. See systemd.service(5), systemd.exec(5).
func systemdUnit(program string, paths config.Paths, home string) string {
	var b strings.Builder
	b.WriteString("# skein outbox unit systemd > ~/.config/systemd/user/skein-outbox.service\n" +
		"# systemctl --user daemon-reload\n" +
		"# systemctl --user enable --now skein-outbox.service\n" +
		"# loginctl enable-linger    # to send also while you are not logged in\n\n" +
		"[Unit]\nDescription=skein sends what waits in its outbox\n\n" +
		"[Service]\n")
	if home != "" {
		fmt.Fprintf(&b, "Environment=%s\n", systemdQuote("SKEIN_HOME="+home))
	}
	fmt.Fprintf(&b, "ExecStart=%s --config %s outbox drain --daemon\n", systemdQuote(program), strings.ReplaceAll(systemdQuote(paths.Config), "$", "$$"))
	fmt.Fprintf(&b, "Restart=on-failure\nRestartSec=30\nNoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=strict\n"+
		"ReadWritePaths=%s %s\nProtectKernelTunables=yes\nProtectControlGroups=yes\nRestrictSUIDSGID=yes\nLockPersonality=yes\n"+
		"SystemCallArchitectures=native\nUMask=0077\n\n[Install]\nWantedBy=default.target\n", systemdQuote(paths.State), systemdQuote(paths.Dir)) // renewed sign-ins are saved beside the accounts
	return b.String()
}

// systemdQuote quotes a word; a per cent sign would begin a specifier.
func systemdQuote(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(s)
	return `"` + s + `"`
}

// launchdUnit is a user agent. See launchd.plist(5).
func launchdUnit(program, config, home string) string {
	var b strings.Builder
	b.WriteString(xml.Header +
		"<!-- skein outbox unit launchd > ~/Library/LaunchAgents/skein.outbox.plist\n" +
		"     launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/skein.outbox.plist -->\n" +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		"<plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>skein.outbox</string>\n  <key>ProgramArguments</key>\n  <array>\n")
	for _, arg := range []string{program, "--config", config, "outbox", "drain", "--daemon"} {
		fmt.Fprintf(&b, "    <string>%s</string>\n", xmlText(arg))
	}
	b.WriteString("  </array>\n")
	if home != "" {
		fmt.Fprintf(&b, "  <key>EnvironmentVariables</key>\n  <dict>\n    <key>SKEIN_HOME</key>\n    <string>%s</string>\n  </dict>\n", xmlText(home))
	}
	b.WriteString("  <key>RunAtLoad</key>\n  <true/>\n  <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n" +
		"  <key>ThrottleInterval</key>\n  <integer>30</integer>\n  <key>Umask</key>\n  <integer>63</integer>\n</dict>\n</plist>\n")
	return b.String()
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
