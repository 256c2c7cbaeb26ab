"""The sums of benches/coverage.rs by shapely: for each district the union of the discs that meet it, cut to it.

    python benches/coverage_shapely.py FILE     (needs shapely and pyproj)

FILE is what `cargo bench --bench coverage -- CASE FILE` wrote. A disc is a 64-gon with the disc's area. Times are of the
processor (Linux): reading FILE and making the polygons do not count, indexing them does. Memory is given before the unions,
with all polygons, and at its peak during them.
"""

import gc
import json
import sys
import time

import numpy
import pyproj
import shapely

SEMI_MAJOR_AXIS_M = 6_378_137.0
ECCENTRICITY = numpy.sqrt(6.694_379_990_14e-3)
CORNERS = 64
GEOD = pyproj.Geod(ellps="WGS84")


def equal_area(coordinates):
    """Longitude and latitude to a plane where areas are those on WGS 84: the cylinder of Snyder, eq. 3-12 and 10-16."""
    longitude, latitude = numpy.radians(coordinates).T
    scaled = ECCENTRICITY * numpy.sin(latitude)
    q = (1 - ECCENTRICITY**2) * (
        numpy.sin(latitude) / (1 - scaled**2) + numpy.arctanh(scaled) / ECCENTRICITY
    )
    return SEMI_MAJOR_AXIS_M * numpy.column_stack([longitude, q / 2])


def disc(longitude, latitude, radius_m):
    step = 2 * numpy.pi / CORNERS
    grown_m = radius_m * numpy.sqrt(step / numpy.sin(step))
    azimuths = numpy.arange(CORNERS) * 360 / CORNERS
    same = numpy.ones(CORNERS)
    corners = GEOD.fwd(longitude * same, latitude * same, azimuths, grown_m * same)
    return shapely.polygons(equal_area(numpy.column_stack(corners[:2])))


def status_mib(key):
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def forget_peak():
    """Lets the peak begin anew, so that reading the file does not count."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def covered_km2(districts, discs):
    """Of all districts together."""
    tree = shapely.STRtree(discs)
    total = 0.0
    for district in districts:
        near = tree.query(district, predicate="intersects")
        union = shapely.union_all([discs[at] for at in near])
        total += shapely.area(shapely.intersection(union, district)) / 1e6
    return total


def read(path):
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    shapes = (shapely.from_geojson(json.dumps(geometry)) for geometry in case["districts"])
    districts = [shapely.transform(shape, equal_area) for shape in shapes]
    place = lambda site: (site["longitude"], site["latitude"])
    sites = [
        (site["operator"], [disc(*place(site), radius_m) for radius_m in site["radii_m"]])
        for site in case["sites"]
    ]
    return case["name"], districts, sites


def measure(districts, sites, operators):
    """Processor time and sums, technology by technology and operator by operator."""
    start = time.process_time()
    sums = [
        covered_km2(districts, [discs[technology] for own, discs in sites if operator in (None, own)])
        for technology in range(3)
        for operator in operators
    ]
    return time.process_time() - start, sums


def main():
    name, districts, sites = read(sys.argv[1])
    gc.collect()
    forget_peak()
    before = status_mib("VmRSS")
    questions = {"3 technologies, any operator": [None], "3 technologies x 4 operators, and any": [None, 0, 1, 2, 3]}
    for what, operators in questions.items():
        rounds = 5 if len(sites) < 1_000 else 1
        spent, sums = min(measure(districts, sites, operators) for _ in range(rounds))
        print(f"{name}: {what}: {spent:.3f} s of the processor;", " ".join(f"{km2:.1f}" for km2 in sums))
    print(f"{name}: memory: {before:.0f} MiB with the polygons, at most {status_mib('VmHWM'):.0f} MiB")


main()
