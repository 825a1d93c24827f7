package picture

// Bytes is what an album takes.
func (a *Album) Bytes() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.bytes
}
