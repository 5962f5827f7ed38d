module testbed/reference

go 1.25

require carvel.dev/kapp v0.64.2
