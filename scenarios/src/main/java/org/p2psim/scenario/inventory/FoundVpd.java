package org.p2psim.scenario.inventory;

import java.util.Optional;

/**
 * Vital product data of a card (PCI base specification 6.28), as far as something here needs it.
 *
 * @param productName the identifier string
 * @param serialNumber the field SN
 * @param v3 the vendor's field V3; ConnectX puts an identifier there that all functions of a card share
 */
public record FoundVpd(Optional<String> productName, Optional<String> serialNumber, Optional<String> v3) {}
