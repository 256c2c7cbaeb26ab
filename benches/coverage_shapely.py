"""The sums of benches/coverage.rs by shapely: per district, the union of the discs that meet it, cut to it.

    python benches/coverage_shapely.py FILE small|large

FILE is what `cargo bench --bench coverage -- FILE` wrote. Times are of the processor; reading FILE, making the polygons
and (for areas) projecting them are not counted. Peak memory is that of the whole process less what the
polygons and districts alone need, and in all.
"""

import json
import resource
import sys
import time

import shapely

RADIUS_M = 6_371_007.18  # of the sphere with the area of WGS 84


def cylinder(coordinates):
    """Longitude and latitude to an equal-area plane, metres (a sphere: near enough to compare sums)."""
    import numpy

    radians = numpy.radians(coordinates)
    return numpy.column_stack([RADIUS_M * radians[:, 0], RADIUS_M * numpy.sin(radians[:, 1])])


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def covered_km2(districts, tree, discs):
    """Per district the area of the union of the discs that meet it."""
    areas = []
    for district in districts:
        near = tree.query(district, predicate="intersects")
        union = shapely.union_all([discs[at] for at in near])
        areas.append(shapely.area(shapely.intersection(union, district)) / 1e6)
    return areas


def case_named(path, name):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith('{"districts"') and f'"name":"{name}"' not in line[:0] + line:
                continue
            case = json.loads(line)
            if case["name"] == name:
                return case
    raise SystemExit(f"{path} has no case {name}")


def main():
    path, name = sys.argv[1:]
    case = case_named(path, name)
    shape = lambda geometry: shapely.transform(shapely.from_geojson(json.dumps(geometry)), cylinder)
    districts = [shape(geometry) for geometry in case["districts"]]
    sites = [
        (site["operator"], [shapely.transform(shapely.Polygon(disc), cylinder) for disc in site["discs"]])
        for site in case["sites"]
    ]
    del case
    rounds = 3 if len(sites) < 1000 else 1
    for grouped in (False, True):
        least = None
        for _ in range(rounds):
            start = time.process_time()
            sums = []
            for technology in range(3):
                for operator in range(4) if grouped else (None,):
                    discs = [discs[technology] for own, discs in sites if operator in (None, own)]
                    tree = shapely.STRtree(discs)
                    sums.append(sum(covered_km2(districts, tree, discs)))
            spent = time.process_time() - start
            least = spent if least is None else min(least, spent)
        what = "3 technologies x 4 operators" if grouped else "3 technologies, any operator"
        print(f"{name}: {what}: {least:.3f} s of the processor;", " ".join(f"{km2:.1f}" for km2 in sums))
    print(f"peak memory: {peak_mib():.0f} MiB")


main()
