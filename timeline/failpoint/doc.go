// Package failpoint lets a test end the program at a chosen point, as a power cut
// would. In the program as it is released nothing of it is left: Hit is empty and
// Scale returns its argument.
//
// Built with -tags failpoints it obeys three variables of the environment:
//
//	SKEIN_FAILPOINT=name:n      the process kills itself at the n-th Hit of name (n alone may be
//	                            left out: 1); several are separated by commas
//	SKEIN_FAILPOINT_LOG=file    each Hit appends a line with its name, so that a test learns which
//	                            points a run passes
//	SKEIN_TIMESCALE=n           Scale divides by n, so that waits of minutes take seconds
//
// A name is room.place, such as outbox.sending.committed; the package that calls
// Hit documents its own.
package failpoint
