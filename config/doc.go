// Package config reads what a person decides: config.toml, and where skein's own
// files are.
//
// config.toml is the person's file. skein reads and checks it and never writes
// it; what skein itself must remember (the accounts) lies beside it in
// accounts.toml. Everything in it can be left out.
//
// The package knows no network and no screen.
package config
