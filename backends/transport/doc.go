// Package transport is the one way to the network: an http.Client and a
// websocket dialer with the same caps for every adapter.
//
//   - Redirects are refused on authenticated and on non-GET requests; others
//     follow at most 5, never from https to http.
//   - The address that is really dialled is checked: private, loopback and
//     link-local addresses only where the configuration allows the host by name.
//   - https and wss only, except for loopback hosts and .onion.
//   - .onion names go through the SOCKS proxy that the configuration names for them, or
//     nowhere; they are resolved by nobody else.
//   - A body is at most 8 MiB after decompression, or what Large was asked for, JSON
//     nests at most 64 deep, a body that is silent for 15 s is given up, a websocket
//     frame is at most 1 MiB.
//   - 429 becomes a *timeline.Error with Until, measured against the server's Date;
//     while it lasts, further requests to that host fail at once, unsent.
//
// It knows HTTP and nothing of any network's API.
package transport
