"""Where somebody is: as limits count it, and whether on this machine."""

from ipaddress import IPv6Address, ip_address


def network_of(address: str) -> str:
    """An IPv4 address itself; of an IPv6 one its /64, of which every house has a whole one. What is
    no address stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> 64:x}"


def is_own(host: str) -> bool:
    """Whether what is said to that host stays on this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
