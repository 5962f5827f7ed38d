"""Bills of materials: what is inside an image, as SPDX 2.3 or CycloneDX 1.5, attached to it as a referrer."""
