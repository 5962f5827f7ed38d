module testbed/reference

go 1.25

require carvel.dev/kbld v0.46.0
