//go:build tools

// Package reference names the program that is built here, so that go.mod may require it.
package reference

import _ "carvel.dev/ytt/cmd/ytt"
