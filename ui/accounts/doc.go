// Package accounts holds what is drawn over the panes about the person's own accounts:
// the list of them, and the wizard that leads through a sign-in.
//
// Both only draw and take keys. Which steps there are is the network's business, see
// account.Flow; what becomes of an answer or a wish is decided by whoever holds them.
package accounts
