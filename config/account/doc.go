// Package account holds what skein knows of a person's accounts: the Record of
// each, which is no secret, and its Credentials, which are.
//
// Records live in accounts.toml, a file that skein writes and a person may read.
// Credentials live in one age-encrypted file (see Vault) and leave it only as
// Secret values, which print as "[secret]" wherever they are logged, formatted or
// marshalled.
//
// The package knows no network and no screen.
package account
